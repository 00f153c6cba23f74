"""The database, the journal and the arrays."""
