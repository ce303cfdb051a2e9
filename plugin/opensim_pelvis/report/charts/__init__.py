"""Figures as records, and what sets them: Typst for the PDF, matplotlib for who wants objects."""
