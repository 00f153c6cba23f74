"""Routes, one noun per file: parse, call, shape; nothing else."""
