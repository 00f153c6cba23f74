"""Segmenters of the SAM family from a folder of transformers."""
