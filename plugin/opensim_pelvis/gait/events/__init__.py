"""Foot contacts, toe-offs and cycle events, each with its source and uncertainty."""
