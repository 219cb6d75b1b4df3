"""Public pages of organisations that work with mechanisms."""
