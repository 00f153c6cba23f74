"""Assists for drawing: questions to segmenters, and what they need to be quick."""
