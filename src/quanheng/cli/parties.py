"""`quanheng parties`: organisations and people."""
