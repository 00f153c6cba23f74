"""Narrations as they happen: one for each media, engine and language, for any number of viewers."""
