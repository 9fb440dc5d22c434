"""Series of readings: sums and aggregates that keep what their errors have in common."""
