"""What measures mean: rules and norms as tables, each number with its source, and their engine."""
