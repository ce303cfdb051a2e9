"""Sensor-to-segment calibration: the pose, placement and heading of each sensor, the verdict."""
