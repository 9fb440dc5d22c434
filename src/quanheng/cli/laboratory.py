"""`quanheng laboratory`: instruments and certificates."""
