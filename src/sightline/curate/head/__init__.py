"""Teaching heads that travel: from vectors of crops, or of whole pictures, to a bundle."""
