"""Geometry in the upright frame: floats, pixels, origin at the top left corner, y down."""
