"""Signed papers of statements: made, shown, and checked by whoever holds one."""
