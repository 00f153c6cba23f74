"""What is made of several verbs."""
