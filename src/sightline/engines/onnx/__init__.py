"""An encoder from any ONNX file that answers with a vector per picture."""
