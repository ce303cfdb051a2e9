"""Many results side by side: one table of runners, correlations, comparisons and the figure."""
