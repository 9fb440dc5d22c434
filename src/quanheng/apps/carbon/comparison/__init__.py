"""Two methods on one unit: the difference, its uncertainty, and what is said of it."""
