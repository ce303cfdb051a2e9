"""What a report of a fault needs, without personal data: ``opensim-pelvis --debug FILE``."""
