"""Tests of who wears which sensor."""
