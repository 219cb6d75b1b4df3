"""What readers can ask of the lists. Each parameter is public and keeps its meaning:
filtered lists are cited in reports."""
