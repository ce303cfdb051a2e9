"""Who wears which sensor, told from movement alone."""
