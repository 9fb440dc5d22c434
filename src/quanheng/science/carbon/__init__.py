"""Carbon quantities as pure functions over arrays; factors and defaults come from ``quanheng.norms``."""
