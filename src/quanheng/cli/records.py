"""`quanheng records`: the ledger."""
