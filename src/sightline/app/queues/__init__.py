"""Queues: what a person looks at next."""
