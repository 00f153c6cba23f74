"""Models as one file for others: a ZIP that needs nothing of this program, locked if wished."""
