"""Builds of polygons from a project's boxes."""
