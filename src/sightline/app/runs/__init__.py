"""Trainings that are under way or have ended."""
