"""What people of a network write for many to read: nobody helped may be recognised in it."""
