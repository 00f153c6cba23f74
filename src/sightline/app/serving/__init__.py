"""Models that answer others: found, opened, asked and replaced, without a database."""
