"""Uncertainty budget of each measure of a recording (docs/uncertainty.md)."""
