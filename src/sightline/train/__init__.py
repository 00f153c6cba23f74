"""Train a network, resumably."""
