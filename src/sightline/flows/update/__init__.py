"""Bring the program up to date: only when asked, hashed before anything is replaced, undoable."""
