"""SAM 3: boxes and masks of what texts name."""
