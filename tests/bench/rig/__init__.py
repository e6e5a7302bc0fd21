"""A whole instance on loopback, its processes and servers real, to be killed, slowed and counted."""
