"""From what is seen in frames to sentences: following, comparing, wording. No engine in here."""
