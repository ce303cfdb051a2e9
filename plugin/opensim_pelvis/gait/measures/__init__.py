"""Measures of running: one function and one row of definitions each, and their statistics."""
