"""Segmentation into strides, which of them are steady, and time-normalised curves."""
