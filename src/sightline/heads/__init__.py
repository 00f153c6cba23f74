"""Small classifiers on frozen embeddings."""
