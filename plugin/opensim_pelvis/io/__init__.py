"""Files in and out: readers, exporters, C3D, tables of text, and output that is whole or absent."""
