"""The way back from a stated figure to raw rows, instruments, certificates and norms."""
