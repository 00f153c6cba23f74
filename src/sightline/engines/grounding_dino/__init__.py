"""Grounding DINO: boxes of what the phrases of one sentence name."""
