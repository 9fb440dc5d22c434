"""Papers: set in type from a template and plain data, and sealed with a signature. Who may have one is said elsewhere.

Fonts are handed in as folders and times as values, so the same data give the same bytes on every machine.
"""
