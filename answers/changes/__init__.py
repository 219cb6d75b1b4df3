"""What publications changed: a page in plain words, and feeds that say the same."""
