#!/usr/bin/env bash
# Installs the ONNX node tests (the package onnx==1.22.0) into .build/onnx-venv, for the conformance
# tests to read; says so and succeeds when they cannot be had, because those tests are then skipped.
set -uo pipefail
cd "$(dirname "$0")/../.."
venv=.build/onnx-venv

installed() {
  "$venv/bin/python" -c 'import onnx, sys; sys.exit(onnx.__version__ != "1.22.0")' >/dev/null 2>&1
}

installed && exit 0
echo "node tests: installing onnx 1.22.0 in $venv"
log=$({ python3 -m venv "$venv" && "$venv/bin/python" -m pip install --quiet onnx==1.22.0; } 2>&1)
if ! installed; then
  echo "node tests: onnx 1.22.0 could not be installed, so its node tests are skipped:"
  echo "$log" | tail -n 2 | sed 's/^/  /'
fi
