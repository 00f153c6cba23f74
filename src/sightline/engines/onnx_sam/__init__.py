"""Segmenters of the SAM family as an ONNX encoder and an ONNX decoder."""
