"""Data sets that come from elsewhere and go there."""
