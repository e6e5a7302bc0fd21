"""Keeping an instance alive: what must be looked at, copies, putting a copy back. Knows every domain; none knows it."""
