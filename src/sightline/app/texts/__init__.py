"""Finding in pictures what words name."""
