"""From folders to registered images."""
