"""Models as people keep them: listed, added, fetched, thrown away."""
