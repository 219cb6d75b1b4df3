"""Public pages of mechanisms, States, contributions and themes."""
