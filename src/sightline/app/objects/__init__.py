"""What people draw in pictures, and looking through it."""
