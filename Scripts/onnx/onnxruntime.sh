#!/usr/bin/env bash
# Installs onnxruntime 1.31.1 beside the node tests (.build/onnx-venv), to compare with what it computes; says so
# and succeeds when it cannot be had, because the comparisons are then skipped.
set -uo pipefail
cd "$(dirname "$0")/../.."
Scripts/onnx/node_tests.sh
python=.build/onnx-venv/bin/python

installed() {
  "$python" -c 'import onnxruntime, sys; sys.exit(onnxruntime.__version__ != "1.31.1")' >/dev/null 2>&1
}

installed && exit 0
echo "onnxruntime: installing onnxruntime 1.31.1 in .build/onnx-venv"
log=$("$python" -m pip install --quiet onnxruntime==1.31.1 2>&1)
if ! installed; then
  echo "onnxruntime 1.31.1 could not be installed, so comparisons with it are skipped:"
  echo "${log:-}" | tail -n 2 | sed 's/^/  /'
fi
