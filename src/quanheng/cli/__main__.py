"""`python -m quanheng.cli` is the `quanheng` command."""

from quanheng.cli import main

main()
