"""Labels that come from elsewhere: which images they are of, and what they change."""
