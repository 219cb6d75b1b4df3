"""Overlaps: what each two mechanisms have in common."""
