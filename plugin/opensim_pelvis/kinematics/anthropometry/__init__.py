"""The size and mass of a body from published tables, each number with its source."""
