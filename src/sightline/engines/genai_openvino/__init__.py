"""Sentences about pictures, by OpenVINO GenAI."""
