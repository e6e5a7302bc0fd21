"""The household's file, for who accompanies: what is done next, what was done, who is around, a procedure, autonomy.

Access is per person: persons of one household have a situation each, and opposed persons have readers of their own.
"""
