"""Grids filled about a person: begun, kept step by step, joined to their file; sealed with it from the first word."""
