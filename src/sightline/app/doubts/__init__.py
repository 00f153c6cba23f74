"""What a served model was unsure of: kept within bounds, and brought back to be labelled."""
