"""Maps of a project's pictures."""
