"""Write a model in a form others can run, checked."""
