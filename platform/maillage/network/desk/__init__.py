"""The coordination's call desk: what members ask by phone, in two lines, so that it counts."""
