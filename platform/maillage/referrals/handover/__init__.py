"""Handing over inside a house: to a colleague or to a team, with the states of any other handoff."""
