"""How fast the registry reads, at one, twenty and a hundred times its data."""
