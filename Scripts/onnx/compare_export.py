#!/usr/bin/env python3
"""Runs exported QDQ networks in onnxruntime and compares every layer's integers with ours.

    python3 Scripts/onnx/compare_export.py TOOL [NETWORK ...]

Each network (a bundled name or a workload file, by default `digits`, and ResNet-8 where ../shared is there)
is written by `TOOL networks convert`, run by onnxruntime, and simulated by TOOL under `--arithmetic ort-vnni` on
the same 1,000 inputs: those of the workload when it has as many, else random ones in the range of the
workload's own, seed 1. Compared are the quantized outputs of all layers, and the output of the file as it
is. Prints one line a network; exit 1 when a code differs. Without onnxruntime and onnx (of
Scripts/onnx/onnxruntime_vectors.sh, or of this Python), or on a CPU whose int8 products saturate,
the comparison is skipped, and says so.
"""
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile

SAMPLES = 1000
ROOT = pathlib.Path(__file__).resolve().parents[2]
VENV = ROOT / ".build/onnx-venv/bin/python"
SUITE = "exported QDQ networks in onnxruntime"


def skip(reason):
    print(f"conformance | {SUITE} | 0 | 0 | 0 | 0 | skipped: {reason}")
    sys.exit(0)


try:
    import numpy as np
    import onnx
    import onnxruntime
except ImportError as error:
    if VENV.exists() and os.environ.get("WIDTHWISE_ONNX_VENV") != "1":
        os.execve(VENV, [str(VENV), *sys.argv], {**os.environ, "WIDTHWISE_ONNX_VENV": "1"})
    skip(f"{error.name} is not installed; Scripts/onnx/onnxruntime_vectors.sh installs it")


def saturates():
    """Whether 8-bit products of this CPU are added in 16 bits, which is another arithmetic."""
    if platform.machine() not in ("x86_64", "AMD64"):
        return False
    try:
        flags = set(pathlib.Path("/proc/cpuinfo").read_text().split())
    except OSError:
        return True
    return not flags & {"avx512_vnni", "avx_vnni"}


def run(*command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"compare_export: {' '.join(map(str, command))} failed:\n{result.stderr[-2000:]}")
    return result.stdout


def workload(name):
    """The workload file of a network, and its keys that this script needs."""
    path = pathlib.Path(name)
    if path.suffix != ".yaml":
        path = ROOT / "traces" / name / "workload.yaml"
    keys = dict(re.findall(r"^(\w+):[ \t]*([^#\n]*?)[ \t]*(?:#.*)?$", path.read_text(), re.M))
    return path, keys


def inputs(path, keys):
    """The array of 1,000 inputs, as the workload stores them."""
    given = np.load(path.parent / keys["inputs"], mmap_mode="r")
    if len(given) >= SAMPLES:
        return np.array(given[:SAMPLES])
    random = np.random.default_rng(1)
    shape = (SAMPLES, *given.shape[1:])
    low, high = given.min(), given.max()
    if given.dtype.kind in "iu":
        return random.integers(low, high + 1, shape).astype(given.dtype)
    return random.uniform(low, high, shape).astype(given.dtype)


def session(model, optimized=None):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    # Without it onnxruntime rewrites signed activations to unsigned ones on x86, and where a value has several
    # readers it rewrites only a part, whose convolutions then run in float32. Unsigned networks do not change.
    options.add_session_config_entry("session.qdqisint8allowed", "1")
    if optimized:
        options.optimized_model_filepath = str(optimized)
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def integer_operators(path):
    """How many operators of the graph that really runs are on codes, and how many are float products."""
    kinds = [node.op_type for node in onnx.load(path).graph.node]
    integers = sum(kind.startswith("QLinear") or kind in ("QGemm", "QuantizeLinear") for kind in kinds)
    return integers, sum(kind in ("Conv", "FusedConv", "Gemm", "FusedGemm", "MatMul") for kind in kinds)


def stored(codes, shape):
    """Codes of samples in ONNX order as vectors store them: channels last, leading 1 left out."""
    codes = codes.reshape(len(codes), *codes.shape[2:])
    codes = codes.transpose(0, 2, 3, 1) if codes.ndim == 4 else codes
    return codes.reshape(len(codes), *shape)


def compare(tool, name, scratch):
    path, keys = workload(name)
    array = inputs(path, keys)
    np.save(scratch / "x.npy", array)
    # The same workload with other inputs and without labels; its paths become absolute.
    replaced = re.compile("(inputs|labels|network|calibration):")
    lines = [line for line in path.read_text().splitlines() if not replaced.match(line)]
    for key in ("network", "calibration"):
        if key in keys:
            lines.append(f"{key}: {(path.parent / keys[key]).resolve()}")
    own = scratch / "workload.yaml"
    own.write_text("\n".join([*lines, f"inputs: {scratch / 'x.npy'}", ""]))
    run(tool, "networks", "convert", path, "--to", "qdq", "--output", scratch / "net.onnx")
    is_integer = keys["network"].endswith(".tflite")
    calibration = ["--calibration", path.parent / keys["inputs"]]
    calibration = [] if "calibration" in keys or is_integer else calibration
    run(tool, "simulate", own, *calibration, "--arithmetic", "ort-vnni", "--statistics", "fast",
        "--vectors", scratch / "vectors", "--vector-samples", SAMPLES)
    record = json.loads((scratch / "vectors/vectors.json").read_text())

    model = onnx.load(scratch / "net.onnx")
    plain = session(model, scratch / "optimized.onnx")
    integers, floats = integer_operators(scratch / "optimized.onnx")
    kinds = ("QuantizeLinear", "Gather")
    quantizers = {node.output[0] for node in model.graph.node if node.op_type in kinds}
    outputs = []
    for layer in record["layers"]:
        own = layer["name"]
        names = [n for n in (f"{own}.clamped", f"{own}.codes", own) if n in quantizers]
        if not names:
            sys.exit(f"compare_export: {name} has no output of layer {layer['name']}")
        outputs.append(names[0])
        model.graph.output.append(onnx.helper.make_empty_tensor_value_info(names[0]))
    every = session(model)

    # Real inputs are what the input codes of the simulation stand for: exact in both.
    first = next(node for node in model.graph.node if node.op_type == "QuantizeLinear")
    values = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    scale, zero = (values[n] for n in first.input[1:3])
    codes = np.load(scratch / "vectors" / record["layers"][0]["files"]["inputs"][0]).astype(np.int64)
    reals = (codes - int(zero)).astype(np.float32) * scale
    shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]
    reals = reals.transpose(0, 3, 1, 2) if len(shape) == 4 else reals
    reals = reals.reshape(len(reals), *shape)

    mine = [np.load(scratch / "vectors" / layer["files"]["output"]) for layer in record["layers"]]
    if any(len(codes) != SAMPLES for codes in [reals, *mine]):
        sys.exit(f"compare_export: {name} has not {SAMPLES} vectors")
    last = next(node for node in model.graph.node if node.output[0] == "output")
    scale, zero = (values[n] for n in last.input[1:3])
    differing = set()
    wrong = [0] * len(mine)
    for sample, real in enumerate(reals):
        whole = plain.run(["output"], {"input": real})[0]
        theirs = every.run(["output", *outputs], {"input": real})
        expected = (mine[-1][sample].astype(np.int64) - int(zero)).astype(np.float32) * scale
        if not np.array_equal(stored(whole[None], expected.shape)[0], expected):
            differing.add(sample)
        for index, codes in enumerate(theirs[1:]):
            ours = mine[index][sample]
            count = int((stored(codes[None], ours.shape)[0] != ours).sum())
            wrong[index] += count
            if count:
                differing.add(sample)
    total = sum(array.size for array in mine)
    for layer, count in zip(record["layers"], wrong):
        if count:
            print(f"  {layer['name']}: {count} codes differ")
    shown = name if path.stem == "workload" else path.stem
    print(f"conformance | {SUITE} {onnxruntime.__version__}: {shown} | {SAMPLES} | "
          f"{SAMPLES - len(differing)} | {len(differing)} | 0 | {len(mine)} layers, {total:,} codes; "
          f"{integers} operators on codes, {floats} float products")
    return not differing and floats == 0


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if saturates():
        skip("this CPU has no VNNI, its int8 products saturate: another arithmetic")
    tool = pathlib.Path(sys.argv[1]).resolve()
    names = sys.argv[2:] or ["digits"]
    resnet = ROOT.parent / "shared/data/workloads/resnet8.yaml"
    if not sys.argv[2:] and resnet.exists():
        names.append(resnet)
    equal = True
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            equal &= compare(tool, name, pathlib.Path(folder))
    sys.exit(0 if equal else 1)


if __name__ == "__main__":
    main()
