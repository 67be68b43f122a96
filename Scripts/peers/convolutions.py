"""Single convolutions, 8-bit codes and weights: our kernels against QLinearConv of onnxruntime, one thread."""
import pathlib
import tempfile

import numpy as np

import onnxruntime_models as models
from pairing import paired, timed
from table import Row

NAME = "conv"
PEERS = ["onnxruntime"]

# Work, bar, (inputs, outputs, size, kernel, groups), accumulator, statistics, deviation of the input codes.
REFERENCE = (256, 256, 14, 3, 1)
CASES = [
    ("3x3x256 on 14x14, P=32 wrap", ">= 0.95x", REFERENCE, "32:wrap", "fast", 40),
    ("3x3x256 on 14x14, P=20 saturate, nothing overflows, with counts", ">= 0.85x", REFERENCE,
     "20:saturate", "fast", 25),
    ("3x3x256 on 14x14, P=19 saturate, 5-10 % of blocks flagged, with counts", ">= 0.4x", REFERENCE,
     "19:saturate", "fast", 45),
    ("3x3x256 on 14x14, P=16 saturate, overflow everywhere, with counts", ">= 0.2x", REFERENCE,
     "16:saturate", "fast", 40),
    ("3x3x256 on 14x14, P=17 saturate, with counts", "–", REFERENCE, "17:saturate", "fast", 40),
    ("3x3x256 on 14x14, P=20 saturate, nothing overflows, full statistics", "–", REFERENCE,
     "20:saturate", "full", 25),
    ("1x1x256 on 14x14, P=32 wrap", "–", (256, 256, 14, 1, 1), "32:wrap", "fast", 40),
    ("1x1x256 on 14x14, P=17 saturate", "–", (256, 256, 14, 1, 1), "17:saturate", "fast", 40),
    ("3x3x64 on 56x56, P=32 wrap", "–", (64, 64, 56, 3, 1), "32:wrap", "fast", 40),
    ("depthwise 3x3x256 on 56x56, P=32 wrap", "–", (256, 256, 56, 3, 256), "32:wrap", "fast", 40),
    ("depthwise 3x3x256 on 56x56, P=16 saturate, with counts", "–", (256, 256, 56, 3, 256),
     "16:saturate", "fast", 40),
]


def shares(model, codes, bits):
    """The shares of blocks (row, 16 channels, 128 steps) and of outputs whose exact prefixes leave the range.

    Prefixes are those of kernel-major order, bias last; for layers without groups.
    """
    weights = next(onnx_array(t) for t in model.graph.initializer if t.name == "w").astype(np.int32)
    outputs, inputs, kernel, _ = weights.shape
    size = codes.shape[2]
    padded = np.pad(codes[0].astype(np.int32), ((0, 0), (kernel // 2,) * 2, (kernel // 2,) * 2))
    patches = np.stack([padded[:, y:y + size, x:x + size] for y in range(kernel) for x in range(kernel)])
    patches = patches.reshape(kernel * kernel * inputs, size * size).T
    weights = weights.transpose(2, 3, 1, 0).reshape(kernel * kernel * inputs, outputs)
    low, high = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    start = np.zeros((size * size, outputs), np.int64)
    left = np.zeros((size * size, outputs), bool)
    flagged = []
    for step in range(0, len(weights), 128):
        block = np.zeros_like(left)
        for k in range(step, min(step + 128, len(weights))):
            start += patches[:, k, None] * weights[k]
            block |= (start < low) | (start > high)
        left |= block
        flagged.append(block.reshape(size * size, -1, 16).any(axis=2).mean())
    return float(np.mean(flagged)), float(left.mean())


def onnx_array(tensor):
    return models.numpy_helper.to_array(tensor)


# A session keeps its memory from run to run, and so do the threads of a run of ours: both take images in turn.
IMAGES = 16


def one_by_one(session, codes):
    for image in range(len(codes)):
        session.run(None, {"x": codes[image:image + 1]})


def rows(ours, pairs, wanted=""):
    for index, (work, bar, shape, accumulator, statistics, deviation) in enumerate(CASES):
        if wanted and wanted not in work:
            continue
        inputs, outputs, size, kernel, groups = shape
        model = models.convolution(inputs, outputs, size, kernel, groups)
        codes = models.relu_codes((IMAGES, inputs, size, size), deviation)
        theirs = models.session(model)
        with tempfile.TemporaryDirectory() as folder:
            path = models.workload(pathlib.Path(folder), "convolution", model, codes)
            source = {"network": path, "arithmetic": "ort-vnni", "accumulator": accumulator,
                      "statistics": statistics}
            macs = ours.prepare("conv", "network", **source)["macs"]
            if accumulator == "32:wrap":
                mine = np.array(ours.outputs("conv", pathlib.Path(folder) / "out.json")[0])
                if not np.array_equal(mine, theirs.run(None, {"x": codes[:1]})[0].reshape(-1)):
                    raise RuntimeError(f"{work}: the outputs differ from those of onnxruntime")
            figures = ours.figures("conv")
            result = paired(
                ours.seconds("conv"), timed(lambda: one_by_one(theirs, codes)), pairs)
            ours.prepare("kernel", "kernel", **source)
            kernel_seconds = min(ours.seconds("kernel")(10))
        notes = [path_shares(figures)]
        bits = int(accumulator.split(":")[0])
        if groups == 1 and bits < 32:
            blocks, left = shares(model, codes[:1], bits)
            notes.append(f"{100 * blocks:.1f} % of blocks and {100 * left:.1f} % of outputs leave the range")
        notes.append(f"kernel alone, best: {macs / IMAGES / kernel_seconds / 1e9:.0f} GMAC/s")
        yield Row.of(
            result, "GMAC/s", macs / 1e9, work=work, bar=bar, peer=models.PEER,
            command="Scripts/peers/run.py --only conv", note="; ".join(notes))


def path_shares(figures):
    """How the outputs became exact, as shares."""
    total = max(sum(figures["paths"].values()), 1)
    paths = [f"{100 * n / total:.0f} % {name}" for name, n in sorted(figures["paths"].items()) if n]
    steps = figures["counts"].get("overflowedSteps", 0)
    return ", ".join(paths) + (f"; {steps:,.0f} additions overflow" if steps else "")
