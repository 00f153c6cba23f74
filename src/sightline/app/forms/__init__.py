"""Models in the forms that they are used in: judged, and measured beside each other."""
