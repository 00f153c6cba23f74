"""Long work: started, watched, stopped and resumed in one way."""
