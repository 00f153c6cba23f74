"""How far a trained network can be trusted: figures with intervals, curves, slices, comparison."""
