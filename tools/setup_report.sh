#!/usr/bin/env bash
# Prints time and size of the first set-up, once; later runs of `make setup` are silent.
set -euo pipefail
venv=$1

[ -f "$venv/started" ] || exit 0
seconds=$(($(date +%s) - $(cat "$venv/started")))
size() { du -sm "$1" 2>/dev/null | awk '{print $1}'; }
echo "setup: done in ${seconds} s; .venv/ $(size "$venv") MB, node_modules/ $(size node_modules) MB"
rm "$venv/started"
