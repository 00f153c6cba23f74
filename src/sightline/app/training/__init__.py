"""Trainings before they run: settings, data, presets, searches."""
