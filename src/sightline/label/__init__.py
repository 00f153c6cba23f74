"""What a person says about an image."""
