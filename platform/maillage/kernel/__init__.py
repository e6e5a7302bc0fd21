"""What every domain stands on: database, time, ids, errors, sealing, audit, outbox. Knows no domain."""
