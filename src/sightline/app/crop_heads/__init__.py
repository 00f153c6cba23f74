"""Heads on the shelf, for boxes and whole images: taught, compared, kept, handed on."""
