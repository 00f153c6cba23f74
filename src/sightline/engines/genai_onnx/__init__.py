"""Sentences about pictures, by onnxruntime-genai."""
