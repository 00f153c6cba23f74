"""The names that earlier tools' scripts and variables use."""
