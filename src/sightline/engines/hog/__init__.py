"""The encoder that needs no weights."""
