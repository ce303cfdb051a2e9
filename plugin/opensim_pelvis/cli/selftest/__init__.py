"""Tries this installation on a simulated run: ``opensim-pelvis selftest``."""
