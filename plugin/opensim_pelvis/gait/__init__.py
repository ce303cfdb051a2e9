"""Gait: events, strides, measures, coordination, speed, and the analysis of them all."""
