"""The live head, which follows the labels as they are given."""
