"""What a user asks for: trial file, sensor map and flags, brought into one set of settings."""
