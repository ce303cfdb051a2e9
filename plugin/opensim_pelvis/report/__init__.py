"""The lab report: one self-contained page and its PDF, both drawn from the same plain numbers."""
