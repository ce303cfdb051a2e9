"""Orientations from raw signals: gyroscope, accelerometer and, where wanted, magnetometer."""
