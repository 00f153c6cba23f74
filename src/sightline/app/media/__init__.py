"""Media: what is uploaded, filmed or read from an address, and how long it is kept."""
