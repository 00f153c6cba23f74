"""CLIP, SigLIP and DINO from a local folder, through transformers."""
