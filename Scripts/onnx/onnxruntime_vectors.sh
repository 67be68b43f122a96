#!/usr/bin/env bash
# Installs onnxruntime 1.31.1 beside the node tests and records what it computes, for the conformance tests.
#
#   Scripts/onnx/onnxruntime_vectors.sh [MODEL.onnx SAMPLES.npy ...]
#
# Further models, such as exported QDQ networks, are recorded too. Says so and succeeds when onnxruntime
# cannot be had, because the comparison is then skipped.
set -uo pipefail
cd "$(dirname "$0")/../.."
Scripts/onnx/node_tests.sh
python=.build/onnx-venv/bin/python

installed() {
  "$python" -c 'import onnxruntime, sys; sys.exit(onnxruntime.__version__ != "1.31.1")' >/dev/null 2>&1
}

installed || log=$("$python" -m pip install --quiet onnxruntime==1.31.1 2>&1)
if ! installed; then
  echo "onnxruntime 1.31.1 could not be installed, so the comparison with it is skipped:"
  echo "${log:-}" | tail -n 2 | sed 's/^/  /'
  exit 0
fi
rm -rf .build/onnxruntime-vectors
"$python" Scripts/onnx/onnxruntime_vectors.py .build/onnxruntime-vectors "$@"
