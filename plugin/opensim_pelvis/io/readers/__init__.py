"""One vendor format a file: bytes in, a ``Recording`` in SI units and the sensor's frame out."""
