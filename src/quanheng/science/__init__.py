"""The numbers of the house: pure functions over NumPy arrays, each with its units and its source."""
