"""Writing to the person: what their safe contact allows, word for word as somebody reviewed it, or not at all."""
