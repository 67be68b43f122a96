#!/usr/bin/env bash
# Records what onnxruntime 1.31.1 computes for small quantized models, for the conformance tests.
#
#   Scripts/onnx/onnxruntime_vectors.sh [MODEL.onnx SAMPLES.npy ...]
#
# Further models, such as exported QDQ networks, are recorded too. Says so and succeeds when onnxruntime
# cannot be had, because the comparison is then skipped.
set -uo pipefail
cd "$(dirname "$0")/../.."
Scripts/onnx/onnxruntime.sh
python=.build/onnx-venv/bin/python
"$python" -c 'import onnxruntime' 2>/dev/null || exit 0
rm -rf .build/onnxruntime-vectors
"$python" Scripts/onnx/onnxruntime_vectors.py .build/onnxruntime-vectors "$@"
