"""What is seen, said: engines chosen, loaded and asked."""
