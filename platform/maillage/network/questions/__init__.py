"""Questions between peers: asked in a group, carried to the network or to the coordination, and back with an answer."""
