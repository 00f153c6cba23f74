"""Presets: starting points for kinds of tasks, fitted to a project's data."""
