#!/usr/bin/env bash
# Fetches the front-end files that package-lock.json pins; brings Node.js from PyPI where the host has no npm.
set -euo pipefail
bin=$1

if ! command -v npm >/dev/null; then
  echo "setup: no npm on this host; Node.js comes from PyPI into .venv/"
  "$bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/node.txt
  PATH=$(cd "$bin" && pwd):$PATH
fi
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
