"""What allows a handoff, what the person was told of it, and how both are shown, renewed and set aside."""
