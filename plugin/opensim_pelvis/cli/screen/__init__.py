"""What the command line shows: tables, progress and the examples of its help."""
