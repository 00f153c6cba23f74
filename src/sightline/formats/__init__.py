"""Data sets as files: readers and writers of the formats that people exchange."""
