"""Models in the forms that they are used in: exported, judged, measured beside each other."""
