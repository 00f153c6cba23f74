"""OWLv2 and OWL-ViT: boxes of what texts name."""
