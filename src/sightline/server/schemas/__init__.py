"""What goes in and out over HTTP, with examples: the page's types are generated from these."""
