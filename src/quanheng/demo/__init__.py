"""A demonstration: a seeded plant and its year of readings. Nothing in the product imports this package."""
