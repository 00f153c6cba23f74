"""Detectors of a workspace, what they suggest, and what their predictions are worth."""
