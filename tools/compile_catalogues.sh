#!/usr/bin/env bash
# Compiles every message catalogue (.po) of the package beside itself (.mo).
set -euo pipefail
bin=$1

find src/quanheng -name '*.po' -print0 | while IFS= read -r -d '' catalogue; do
  language=$(basename "$(dirname "$(dirname "$catalogue")")")
  "$bin/pybabel" --quiet compile --input-file "$catalogue" --output-file "${catalogue%.po}.mo" --locale "$language"
done
