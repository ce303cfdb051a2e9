"""Change one thing at a time in the code that makes numbers, and see whether a test fails."""
