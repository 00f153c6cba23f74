"""A detector from an ONNX file whose answer is declared by its decoder."""
