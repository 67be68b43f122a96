#!/usr/bin/env bash
# Runs the built tool as a user would and checks what comes out: values, determinism, bad input.
#
#     Scripts/end_to_end.sh [TOOL]        default: .build/release/widthwise
set -euo pipefail
cd "$(dirname "$0")/.."

tool=$(realpath "${1:-.build/release/widthwise}")
python=python3
python3 -c 'import numpy' 2>/dev/null || python=.venv/bin/python
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

say() { echo "end to end: $*"; }
fail() {
  say "FAILED: $*" >&2
  exit 1
}

# Every layer recomputed from its vectors, for wide and narrow accumulators and two roundings.
for requantization in gemmlowp float; do
  for accumulator in 32:wrap 18:wrap 18:saturate 16:wrap 16:saturate; do
    vectors=$scratch/vectors-$requantization-${accumulator/:/-}
    "$tool" simulate digits --device edge-npu --accumulator "$accumulator" --requantization "$requantization" \
      --samples 16 --vectors "$vectors" --vector-samples 2 >"$scratch/text" || fail "simulate with $accumulator"
    "$python" Scripts/check_vectors.py "$vectors" >"$scratch/check" || {
      cat "$scratch/check" >&2
      fail "vectors of $accumulator $requantization differ from their recomputation"
    }
    say "$requantization $accumulator: $(tail -n 1 "$scratch/check")"
  done
done

# The same for the arithmetic of runtimes, one of them with two levels of accumulators.
for arithmetic in tflm xnnpack ort-avx2; do
  "$tool" simulate digits --arithmetic "$arithmetic" --samples 16 --vectors "$scratch/vectors-$arithmetic" \
    --vector-samples 2 >"$scratch/text" || fail "simulate with $arithmetic"
  "$python" Scripts/check_vectors.py "$scratch/vectors-$arithmetic" >"$scratch/check" || {
    cat "$scratch/check" >&2
    fail "vectors of $arithmetic differ from their recomputation"
  }
  say "$arithmetic: $(tail -n 1 "$scratch/check")"
done

# The same in the order of each layer's mapping, on three dataflows; mappings that are printed can be given back.
for device in edge-npu eyeriss tpu-like-16x16; do
  "$tool" simulate digits --device "$device" --order device --accumulator 15:saturate --samples 16 \
    --vectors "$scratch/vectors-$device" --vector-samples 2 --output "$scratch/searched-$device" >"$scratch/text" ||
    fail "simulate in the order of $device"
  "$python" Scripts/check_vectors.py "$scratch/vectors-$device" >"$scratch/check" || {
    cat "$scratch/check" >&2
    fail "vectors in the order of $device differ from their recomputation"
  }
  "$tool" mappings show digits --device "$device" --accumulator 15:saturate >"$scratch/$device.mapping"
  "$tool" simulate digits --device "$device" --order device --accumulator 15:saturate --samples 16 \
    --mapping "$scratch/$device.mapping" --output "$scratch/given-$device" >"$scratch/text" ||
    fail "simulate with the mappings of $device"
  # What a search knows of its own result, the gap to the best, is not there for given mappings.
  "$python" - "$scratch/searched-$device/report.json" "$scratch/given-$device/report.json" <<'PYTHON' ||
import json
import sys

reports = [json.load(open(path)) for path in sys.argv[1:]]
for report in reports:
    for layer in report["layers"]:
        layer.pop("quality", None)
sys.exit(reports[0] != reports[1])
PYTHON
    fail "given mappings of $device give another report"
  say "order of $device: $(tail -n 1 "$scratch/check")"
done

# The accuracy that README states, and the same files for any number of threads and from any folder.
"$tool" simulate digits --device edge-npu --threads 1 --output "$scratch/one" >"$scratch/one.txt"
(cd / && "$tool" simulate digits --device edge-npu --threads 2 --output "$scratch/two" >"$scratch/two.txt")
diff -r "$scratch/one" "$scratch/two" || fail "the report depends on the number of threads or the folder"
"$python" - "$scratch/one/report.json" <<'PYTHON' || fail "the accuracy of digits on edge-npu is below 95 %"
import json
import sys

accuracy = json.load(open(sys.argv[1]))["accuracy"]
print(f"end to end: digits on edge-npu {accuracy['top1']:.3f}, float {accuracy['floatTop1']:.3f}")
sys.exit(accuracy["top1"] < 0.95 or accuracy["floatTop1"] < 0.97)
PYTHON

# The committed report of the README is what the tool writes today, and the README quotes it.
accumulators=(32 20 18 16 14)
"$tool" compare digits --device edge-npu "${accumulators[@]/#/--accumulator=}" --output "$scratch/digits" >/dev/null
for file in comparison.csv comparison.json summary.txt; do
  diff "reports/digits/$file" "$scratch/digits/$file" || fail "reports/digits is out of date; run make reports"
done
for bits in "${accumulators[@]}"; do
  line=$(grep "$bits:saturate" reports/digits/summary.txt)
  grep -qF "$line" README.md || fail "README.md does not quote the report: $line"
done

# Sensitivity: the same files for any number of threads.
sensitivity() {
  "$tool" sensitivity digits --samples 60 --weights int8,int3 --accumulator 16:saturate --threads "$1" \
    --output "$scratch/sensitivity-$1" >/dev/null 2>&1 || fail "sensitivity"
}
sensitivity 1
sensitivity 2
diff -r "$scratch/sensitivity-1" "$scratch/sensitivity-2" || fail "sensitivity depends on the number of threads"

# Tuning: the same search for any number of threads, and after a stop; the scheme gives the same run again.
tune() {
  "$tool" tune digits --samples 60 --objective size --max-drop 2% --weights int4,kmeans3 --evaluations 40 --seed 5 \
    --output "$scratch/tune-$1" "${@:2}" >/dev/null 2>"$scratch/err" || fail "tune: $(cat "$scratch/err")"
}
tune 1 --threads 1
tune 2 --threads 2
diff -r "$scratch/tune-1" "$scratch/tune-2" || fail "tune depends on the number of threads"
journal=$scratch/tune-2/journal.jsonl
head -n 12 "$scratch/tune-1/journal.jsonl" >"$journal"
head -c 40 <(sed -n 13p "$scratch/tune-1/journal.jsonl") >>"$journal"
tune 2 --threads 2 --resume
for file in scheme.yaml tuning.json candidates.csv summary.txt; do
  diff "$scratch/tune-1/$file" "$scratch/tune-2/$file" || fail "a search that was stopped goes on differently"
done
"$tool" simulate digits --samples 60 --scheme "$scratch/tune-1/scheme.yaml" --statistics fast --format json >"$scratch/tuned.json"
"$python" - "$scratch/tune-1/tuning.json" "$scratch/tuned.json" <<'PY' || fail "a tuned scheme gives another run"
import json, sys
tuned, run = (json.load(open(path)) for path in sys.argv[1:])
assert tuned["feasible"] and tuned["compressionOverFloat32"] > 4, tuned
assert tuned["tuned"]["top1"] == run["accuracy"]["top1"], (tuned["tuned"], run["accuracy"])
assert tuned["tuned"]["parameterBits"] == run["totals"]["weightBits"]
assert tuned["tuned"]["energyPJ"] == run["totals"]["energyPJ"]
PY
if "$tool" tune digits --samples 60 --output "$scratch/tune-1" >/dev/null 2>&1; then
  fail "tune overwrites the journal of another search"
fi

# A calibrated scheme gives the same run again.
"$tool" quantize digits --weights int4 --calibrator mse --output "$scratch/scheme" >/dev/null
"$tool" simulate digits --weights int4 --calibrator mse --output "$scratch/direct" >/dev/null
"$tool" simulate digits --scheme "$scratch/scheme/scheme.yaml" --output "$scratch/again" >/dev/null
diff "$scratch/direct/overflow.csv" "$scratch/again/overflow.csv" || fail "a scheme is not reused unchanged"

"$python" Scripts/check_networks.py "$tool"

# The exported network has the same integers in onnxruntime, every layer of 1,000 inputs.
"$python" Scripts/onnx/compare_export.py "$tool" digits || fail "digits as QDQ ONNX differs in onnxruntime"

# A wrong input: exit 65, one line or more on stderr, nothing on stdout, nothing left behind.
refused() {
  local what=$1 code=0
  shift
  "$tool" simulate "$@" --output "$scratch/refused" >"$scratch/out" 2>"$scratch/err" || code=$?
  [ "$code" -eq 65 ] || fail "$what: exit $code instead of 65"
  [ -s "$scratch/err" ] || fail "$what: no message"
  [ ! -s "$scratch/out" ] || fail "$what: something on stdout"
  [ ! -e "$scratch/refused" ] || fail "$what: left output behind"
  say "$what: $(head -n 1 "$scratch/err" | sed "s|$scratch/||g")"
}
digits=traces/digits
head -c 5000 $digits/network.onnx >"$scratch/truncated.onnx"
: >"$scratch/empty.onnx"
head -c 5000 /dev/zero >"$scratch/zeros.onnx"
head -c 1000 $digits/test_images.npy >"$scratch/truncated.npy"
data=(--inputs $digits/test_images.npy --labels $digits/test_labels.npy)
for name in truncated empty zeros; do
  refused "$name network" "$scratch/$name.onnx" --device edge-npu "${data[@]}"
done
refused "truncated inputs" $digits/network.onnx --device edge-npu --inputs "$scratch/truncated.npy" --labels $digits/test_labels.npy
refused "fewer labels" $digits/network.onnx --device edge-npu --inputs $digits/calibration_images.npy --labels $digits/test_labels.npy
refused "an unknown arithmetic" digits --arithmetic tlfm
WIDTHWISE_KERNELS=avx3 refused "an unknown instruction set" digits
refused "a tile without an outer accumulator" digits --tile 64
refused "an outer accumulator without a tile" digits --outer-accumulator 32:wrap
refused "accumulator of 65 bits" digits --device edge-npu --accumulator 65:wrap
refused "accumulator of 1 bit" digits --device edge-npu --accumulator 1:saturate
refused "unknown device" digits --device no-such-device
refused "unknown network" no-such-network --device edge-npu
for arguments in "--max-drop 1%x" "--flash 3XB" "--objective speed" "--accumulator 16 --bound sure" "--resume" \
  "--min-sqnr 500" "--max-drop 1" "--bound proven" "--resume --output $scratch/nosuch" "--search hill" "--evaluations 0" "--weights int4,int4"; do
  code=0
  # shellcheck disable=SC2086
  "$tool" tune digits --samples 5 $arguments >"$scratch/out" 2>"$scratch/err" || code=$?
  [ "$code" -eq 65 ] && [ ! -s "$scratch/out" ] || fail "tune $arguments: exit $code instead of 65"
  say "tune $arguments: $(head -n 1 "$scratch/err")"
done
if "$tool" simulate digits --samples 5 >/dev/full 2>"$scratch/err"; then fail "a full disk is not noticed"; fi
say "simulate >/dev/full: $(head -n 1 "$scratch/err")"
"$tool" networks convert digits --scheme "$scratch/tune-1/scheme.yaml" --output "$scratch/tuned.onnx" >/dev/null \
  || fail "a tuned scheme is not exported"
say "all passed"
