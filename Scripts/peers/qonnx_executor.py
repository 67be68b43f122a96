"""ResNet-8 with 4-bit weights and activations: our executor against the one of qonnx, image by image."""
import os
import pathlib
import tempfile
import warnings
from importlib.metadata import version

import numpy as np

from ours import SHARED, tool
from pairing import paired, timed
from table import Row

NAME = "qonnx"
IMAGES = 100


def rows(ours, pairs, wanted=""):
    if not SHARED.exists():
        yield Row("ResNet-8 W4A4", ">= 100x", "qonnx", "", note="skipped: ../shared is not there")
        return
    warnings.filterwarnings("ignore")
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.core.onnx_exec import execute_onnx
    from qonnx.transformation.infer_shapes import InferShapes
    data = SHARED / "data"
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        path = folder / "network.onnx"
        tool("networks", "convert", data / "workloads/resnet8.yaml", "--calibration",
             data / "datasets/cifar10/train2000_images_u8.npy", "--weights", "int4", "--activations", "uint4",
             "--to", "qonnx", "--output", path)
        images = np.load(data / "datasets/cifar10/test1000_images_u8.npy")[:IMAGES]
        images = images.transpose(0, 3, 1, 2).astype(np.float32)
        np.save(folder / "images.npy", images)
        model = ModelWrapper(str(path)).transform(InferShapes())
        name = model.graph.input[0].name

        def theirs(count=1):
            return [next(iter(execute_onnx(model, {name: images[i:i + 1]}).values())) for i in range(count)]

        ours.prepare("resnet8", "network", network=path, inputs=folder / "images.npy", arithmetic="ort-vnni",
                     accumulator="32:wrap", statistics="fast")
        mine = np.array(ours.outputs("resnet8", folder / "out.json"), float)[:10]
        outputs = np.concatenate(theirs(10)).reshape(10, -1)
        quantizer = next(node for node in reversed(model.graph.node) if node.op_type == "Quant")
        slope = float(np.max(model.get_initializer(quantizer.input[1])))
        offset = np.median(outputs - mine * slope)
        # Theirs are sums of floats: codes at a tie between two may come out one step away.
        steps = np.abs(np.rint((outputs - offset) / slope) - mine).astype(int)
        # It opens sessions of onnxruntime that take all cores: one is left to it.
        cores = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(cores)})
        try:
            seconds = ours.seconds("resnet8")
            result = paired(lambda n: [s / IMAGES for s in seconds(n)], timed(theirs), pairs)
        finally:
            os.sched_setaffinity(0, cores)
    yield Row.of(
        result, "images/s", 1, work="ResNet-8 W4A4, P=32:wrap, fast statistics", bar=">= 100x",
        peer=f"qonnx {version('qonnx')}", command="Scripts/peers/run.py --only qonnx",
        note=f"{(steps == 0).sum()} of {steps.size} output codes equal, the others {steps.max()} step away (floats there)")
