"""Vectors of a project's pictures, and what is asked of them."""
