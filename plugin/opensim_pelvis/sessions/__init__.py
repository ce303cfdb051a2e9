"""Sessions of one person: what changed between them, and what a laboratory can tell apart."""
