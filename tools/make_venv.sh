#!/usr/bin/env bash
# Makes the virtual environment, or says in one line what this host lacks.
set -euo pipefail
python=$1 venv=$2

fail() { echo "setup: $1" >&2; exit 1; }

command -v "$python" >/dev/null || fail "no $python here; install Python 3.11 or later, or run: make PYTHON=/path/to/python3"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
  || fail "$("$python" -V) is too old; Quanheng needs Python 3.11 or later (make PYTHON=/path/to/python3)"
"$python" -c 'import venv, ensurepip' 2>/dev/null \
  || fail "$("$python" -V) has no venv module; on Debian: apt install python3-venv"
command -v git >/dev/null || fail "no git here; on Debian: apt install git"
free_kb=$(df -Pk . | awk 'NR==2 {print $4}')
[ "$free_kb" -gt 3000000 ] || fail "less than 3 GB free here; the environment and its tests need about 2 GB"

if [ ! -x "$venv/bin/pip" ]; then
  echo "setup: first time here; Python packages, front-end files and fonts are fetched once"
  "$python" -m venv "$venv"
  date +%s > "$venv/started"
fi
mkdir -p "$venv/stamps"
