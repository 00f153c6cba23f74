"""Networks of torchvision and timm as encoders: what they give their classifier."""
