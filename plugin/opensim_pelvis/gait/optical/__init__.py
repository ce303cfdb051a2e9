"""What markers over ASIS and PSIS would show of a pelvis that a sensor on the sacrum followed."""
