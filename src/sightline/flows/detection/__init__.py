"""Predicted objects against drawn ones."""
