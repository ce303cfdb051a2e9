"""The only folder that imports ``opensim``: models, tables and tools."""
