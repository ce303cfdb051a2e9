"""How sure each measure of a recording is: a budget of its own (docs/uncertainty.md)."""
