"""A person's dates in their own calendar application, by a private address that they may revoke."""
