"""Sentences about pictures, by networks of transformers."""
