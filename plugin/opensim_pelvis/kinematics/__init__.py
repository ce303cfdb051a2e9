"""The model, inverse kinematics, clinical angles and the direction of travel."""
