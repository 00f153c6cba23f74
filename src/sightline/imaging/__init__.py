"""From the bytes of a picture to pixels, in one way."""
