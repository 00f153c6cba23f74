"""The server of `serve`: models behind an address, for programs."""
