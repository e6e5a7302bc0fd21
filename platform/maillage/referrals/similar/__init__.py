"""Telling a team that it may follow somebody already, with keyed digests of an organisation's own."""
