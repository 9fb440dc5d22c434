#!/usr/bin/env bash
# Runs every static check, times each, and fails at the end if any failed, so that one run shows all that is wrong.
set -uo pipefail
bin=$1
failed=()

run() {
  local name=$1 started=$SECONDS
  shift
  if "$@"; then
    echo "check: $name ok ($((SECONDS - started)) s)"
  else
    failed+=("$name")
    echo "check: $name FAILED ($((SECONDS - started)) s)"
  fi
}

folders=()
for folder in src tests tools benchmarks; do
  [ -d "$folder" ] && folders+=("$folder")
done
run lint "$bin/ruff" check --quiet "${folders[@]}"
run format "$bin/ruff" format --quiet --check "${folders[@]}"
run types "$bin/mypy" --no-error-summary
run contracts "$bin/lint-imports" --no-logo
run house "$bin/python" tools/house_lint.py
echo "check: $SECONDS s in all"
[ ${#failed[@]} -eq 0 ] || { echo "check: failed: ${failed[*]}" >&2; exit 1; }
