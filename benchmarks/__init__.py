"""One file per claim; each measures both sides in one run, prints a ratio and writes JSON."""
