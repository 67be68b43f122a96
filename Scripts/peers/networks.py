"""Whole networks: our executor against onnxruntime int8 on the same exported network and the same codes."""
import pathlib
import tempfile

import numpy as np
import onnx

import onnxruntime_models as models
from convolutions import path_shares
from ours import ROOT, SHARED, tool
from pairing import paired, timed
from table import Row

NAME = "network"
PEERS = ["onnxruntime"]

# Network, samples, [(accumulator, statistics, bar)].
CASES = [
    ("ResNet-8", 1000, [
        ("32:wrap", "fast", ">= 1.0x"), ("32:wrap", "full", "–"), ("20:saturate", "fast", ">= 1.0x"),
        ("20:saturate", "full", "–"), ("17:saturate", "fast", ">= 0.3x"), ("17:saturate", "full", "–")]),
    ("all-cnn-c", 20, [("32:wrap", "fast", ">= 0.9x"), ("32:wrap", "full", "–")]),
    ("alexnet", 20, [("32:wrap", "fast", ">= 0.9x"), ("32:wrap", "full", "–")]),
    ("mobilenet-v1", 20, [("32:wrap", "fast", ">= 1.0x"), ("32:wrap", "full", "–")]),
    ("digits", 500, [("32:wrap", "fast", "–")]),
]


def exported(folder, name):
    """The QDQ model that we write of a network, and real inputs in its own order."""
    path = folder / f"{name}.qdq.onnx"
    random = np.random.default_rng(1)
    if name == "ResNet-8":
        data = SHARED / "data"
        tool("networks", "convert", data / "workloads/resnet8.yaml", "--calibration",
             data / "datasets/cifar10/train2000_images_u8.npy", "--to", "qdq", "--output", path)
        reals = np.load(data / "datasets/cifar10/test1000_images_u8.npy").transpose(0, 3, 1, 2)
        return onnx.load(path), reals.astype(np.float32)
    if name == "digits":
        tool("networks", "convert", "digits", "--to", "qdq", "--output", path)
        return onnx.load(path), None
    tool("networks", "convert", name, "--random-weights", "1", "--to", "qdq", "--output", path)
    return onnx.load(path), random.random


def prepared(folder, name, samples):
    """The model on codes, its input codes, and a workload of ours of both."""
    model, reals = exported(folder, name)
    shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]
    if reals is None:
        reals = np.load(ROOT / "traces/digits/test_images.npy").reshape(-1, *shape[1:]) / np.float32(16)
    elif callable(reals):
        reals = reals((samples, *shape[1:])).astype(np.float32)
    model, scale, zero = models.on_codes(model)
    codes = np.rint(np.resize(reals, (samples, *shape[1:])).astype(np.float32) / np.float32(scale)) + zero
    kind = onnx.helper.tensor_dtype_to_np_dtype(model.graph.input[0].type.tensor_type.elem_type)
    limits = np.iinfo(kind)
    codes = np.clip(codes, limits.min, limits.max).astype(kind)
    return model, codes, models.workload(folder, name, model, codes)


def fastest(model, codes, threads=1):
    """How onnxruntime is fastest on all samples: the function, and what it took with other batches."""
    choices = []
    for size in (1, 20, 100):
        if size > len(codes) or len(codes) % size:
            continue
        try:
            peer = models.session(batched(model, size), threads)
        except Exception:
            continue
        name = peer.get_inputs()[0].name
        parts = [codes[i:i + size] for i in range(0, len(codes), size)]

        def run(peer=peer, name=name, parts=parts):
            return [peer.run(None, {name: part})[0] for part in parts]

        choices.append((min(timed(run)(3)), size, run))
    _, size, run = min(choices, key=lambda choice: choice[0])
    rates = ", ".join(f"{len(codes) / seconds:,.0f}/s with {size}" for seconds, size, _ in choices)
    return run, f"onnxruntime with {size} images at once, its fastest ({rates})"


def batched(model, size):
    return model if size == 1 else models.batched(model, size)


def differing(ours, name, folder, theirs):
    """How many samples have outputs that are not a positive multiple of ours, zero point taken off."""
    mine = np.array(ours.outputs(name, folder / "out.json"), float)
    theirs = np.concatenate(theirs()).reshape(len(mine), -1)
    # The file ends with a DequantizeLinear, ours are codes: one line fits both, exactly.
    slope, offset = np.polyfit(mine.reshape(-1), theirs.reshape(-1), 1)
    error = np.abs(mine * slope + offset - theirs).max(axis=1)
    return int((error > 0.01 * abs(slope)).sum())


def rows(ours, pairs, wanted=""):
    for name, samples, runs in CASES:
        if wanted and wanted not in name:
            continue
        if name == "ResNet-8" and not SHARED.exists():
            yield Row(name, "", models.PEER, "", note="skipped: ../shared is not there")
            continue
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch)
            model, codes, path = prepared(folder, name, samples)
            theirs, batch = fastest(model, codes)
            for accumulator, statistics, bar in runs:
                ours.prepare(name, "network", network=path, arithmetic="ort-vnni",
                             accumulator=accumulator, statistics=statistics, threads=1)
                notes = [path_shares(ours.figures(name))]
                if accumulator == "32:wrap" and statistics == "fast":
                    wrong = differing(ours, name, folder, theirs)
                    notes.append("outputs equal" if not wrong else f"{wrong} outputs differ")
                notes.append(batch)
                result = paired(ours.seconds(name), timed(theirs), pairs)
                weights = ", random weights" if is_random(name) else ""
                yield Row.of(
                    result, "images/s", samples, bar=bar, peer=models.PEER,
                    work=f"{name}{weights}, {samples} images, P={accumulator}, {statistics} statistics",
                    command=f"Scripts/peers/run.py --only network --case {name}",
                    note="; ".join(notes))
            yield from threads(ours, name, path, model, codes, pairs)


def is_random(name):
    return name not in ("ResNet-8", "digits")


def threads(ours, name, path, model, codes, pairs):
    """Two threads of ours against one, and two against two of onnxruntime."""
    for count in (1, 2):
        ours.prepare(f"{name}-{count}", "network", network=path, arithmetic="ort-vnni",
                     accumulator="32:wrap", statistics="fast", threads=count)
    fields = {"command": f"Scripts/peers/run.py --only network --case {name}"}
    mine = ours.seconds(f"{name}-2")
    result = paired(mine, ours.seconds(f"{name}-1"), pairs)
    yield Row.of(
        result, "images/s", len(codes), work=f"{name}, two threads against one, P=32:wrap, fast statistics",
        bar=">= 1.8x", peer="ours with one thread", **fields)
    theirs, batch = fastest(model, codes, threads=2)
    yield Row.of(
        paired(mine, timed(theirs), pairs), "images/s", len(codes), bar="–", peer=models.PEER, note=batch,
        work=f"{name}, two threads each, P=32:wrap, fast statistics", **fields)
