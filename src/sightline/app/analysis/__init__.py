"""The analysis of a project."""
