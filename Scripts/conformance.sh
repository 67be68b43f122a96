#!/usr/bin/env bash
# The conformance table: other implementations' recorded vectors, reproduced to the last bit.
#
#   Scripts/conformance.sh              runs the suites and prints the table
#   Scripts/conformance.sh --write      ... and puts it into docs/conformance.md
#   Scripts/conformance.sh --check LOG  compares the lines of a test run with docs/conformance.md, quietly
#
# Suites whose data is absent print no line; they are left out of the comparison.
set -euo pipefail
cd "$(dirname "$0")/.."
page=docs/conformance.md

# `conformance | suite | cases | equal | differing | skipped | reasons` to a row of a Markdown table.
rows() { sed -n 's/^.*conformance | \(.*\)$/| \1 |/p' "$1" | LC_ALL=C sort -u; }

table() {
  echo "| suite | cases | equal | differing | skipped | why skipped |"
  echo "|---|--:|--:|--:|--:|---|"
  rows "$1"
}

if [ "${1:-}" = --check ]; then
  stale=$(rows "${2:?the log of a test run}" | grep -vxF -f "$page" || true)
  if [ -n "$stale" ]; then
    echo "conformance: these results are not in $page; run Scripts/conformance.sh --write:" >&2
    echo "$stale" >&2
    exit 1
  fi
  exit 0
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift build --build-tests -c release >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
status=0
swift test -c release --skip-build --filter ConformanceTests >"$log" 2>&1 || status=$?
table "$log"
[ "$status" -eq 0 ] || { grep -E 'recorded an issue|error:' "$log" >&2 || true; exit "$status"; }
if [ "${1:-}" = --write ]; then
  new=$(mktemp)
  sed '/^| suite |/,$d' "$page" >"$new"
  table "$log" >>"$new"
  mv "$new" "$page"
fi
