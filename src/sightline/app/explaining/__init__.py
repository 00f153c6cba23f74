"""Why models answer as they do: one picture, or all the mistakes of a run."""
