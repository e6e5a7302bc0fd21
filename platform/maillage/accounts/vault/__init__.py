"""The vault of an organisation: what its people alone can open, whoever holds the database and the ring."""
