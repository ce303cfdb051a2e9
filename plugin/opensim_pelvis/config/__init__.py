"""Settings of a run: the records, their limits, the trial file and the flags."""
