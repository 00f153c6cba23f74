"""Splits of a project, and which pictures belong together."""
