"""Ask a model about a picture."""
