"""Pictures: registered, shown, edited, built."""
