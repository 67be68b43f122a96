"""Writes the small QONNX models under qonnx/ and the outputs that the qonnx package computes for them.

    python3 -m pip install qonnx==1.0.0 && python3 make_qonnx_fixtures.py

Every model has the input `x`; element i of sample n is ((37 * i + 29 * n + 11) mod 64 - 32) / 16.
expected.txt has a line for each good model: its name, the layers that it must be read as, its outputs
on four samples. Scales are powers of two where nothing else is said, so that float32 sums are exact.
"""

import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.transformation.infer_shapes import InferShapes

FOLDER = pathlib.Path(__file__).parent / "qonnx"
FOLDER.mkdir(exist_ok=True)
random = np.random.default_rng(1)
expected = []
QONNX = "qonnx.custom_op.general"
FINN = "finn.custom_op.general"


def real(*shape):
    return random.normal(0, 1, shape).astype(np.float32)


def signs(*shape):
    return random.choice([-1.0, 1.0], shape).astype(np.float32)


def f(value):
    return np.asarray(value, np.float32)


def node(operator, inputs, output, domain="", **attributes):
    return helper.make_node(
        operator, inputs.split(), [output], name=f"n_{output}", domain=domain, **attributes)


def quant(inputs, output, signed=1, narrow=0, mode="ROUND", domain=QONNX, operator="Quant"):
    return node(operator, inputs, output, domain, signed=signed, narrow=narrow, rounding_mode=mode)


def model(shape, nodes, constants, domains=((QONNX, 1),), opset=13):
    initializers = [numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items()]
    graph = helper.make_graph(
        nodes, "fixture", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], initializers)
    sets = [helper.make_opsetid("", opset)] + [helper.make_opsetid(d, v) for d, v in domains]
    made = helper.make_model(graph, opset_imports=sets)
    made.ir_version = 8
    return made


def save(name, made):
    (FOLDER / f"{name}.onnx").write_bytes(made.SerializeToString(deterministic=True))


def samples(shape):
    count = int(np.prod(shape))
    for n in range(4):
        yield f(((37 * np.arange(count) + 29 * n + 11) % 64 - 32) / 16).reshape(shape)


def good(name, kinds, shape, nodes, constants, scale=1, undeclared=False, **more):
    made = model(shape, nodes, constants, **more)
    stored = onnx.ModelProto()
    stored.CopyFrom(made)
    if undeclared:
        # As old exporters of Brevitas do it: the domain of the operators is not declared.
        del stored.opset_import[1:]
        for entry in stored.graph.node:
            if entry.domain:
                entry.domain = "onnx.brevitas"
    save(name, stored)
    outputs = []
    for x in samples(shape):
        y = execute_onnx(ModelWrapper(made).transform(InferShapes()), {"x": x * f(scale)})["y"]
        outputs.append(" ".join(f"{v:.9g}" for v in np.asarray(y).ravel()))
    expected.append(f"{name}|{kinds}|{scale}|{';'.join(outputs)}")


def bad(name, nodes, constants, shape=(1, 4), **more):
    save("bad_" + name, model(list(shape), nodes, constants, **more))


C = {"one": f(1), "zero": f(0), "half": f(0.5), "quarter": f(0.25), "eighth": f(0.125)}
C |= {f"b{n}": f(n) for n in range(1, 9)}

# Convolution with scales for each channel, BatchNormalization with slopes of both signs, a pool.
good(
    "convolution", "quantize conv maxpool conv reshape fc dequantize affine", [1, 2, 6, 6],
    [
        quant("x eighth zero b8", "q"), quant("w1 s1 zero b4", "wq1", narrow=1),
        node("Conv", "q wq1", "c1", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        node("BatchNormalization", "c1 scale bias mean variance", "n1", epsilon=1e-5),
        node("Relu", "n1", "r1"), quant("r1 quarter zero b4", "q1", signed=0),
        node("MaxPool", "q1", "p1", kernel_shape=[2, 2], strides=[2, 2]),
        node("BipolarQuant", "w2 half", "wq2", QONNX),
        node("Conv", "p1 wq2", "c2", kernel_shape=[2, 2]),
        quant("c2 one zero b3", "q2", narrow=1), node("Flatten", "q2", "f2"),
        quant("w3 eighth zero b4", "wq3"), node("Gemm", "f2 wq3 bias3", "y", transB=1),
    ],
    C | {
        "w1": real(3, 2, 3, 3), "s1": f([0.25, 0.5, 0.125]).reshape(3, 1, 1, 1),
        "scale": f([0.7, -0.9, 0.3]), "bias": f([0.1, 0.2, -0.3]), "mean": f([0.5, -0.2, 1]),
        "variance": f([2, 3, 0.5]), "w2": real(2, 3, 2, 2), "w3": real(3, 8),
        "bias3": f([0.3, -1.1, 0.7]),
    })

# The form of the FINN networks for MNIST: bipolar all through, trailing float functions.
good(
    "bipolar", "thresholds fc fc dequantize affine activation", [1, 16],
    [
        node("Mul", "x two", "m"), node("Sub", "m one", "s"),
        node("BipolarQuant", "s one", "q", QONNX),
        node("BipolarQuant", "w1 one", "wq1", QONNX), node("Transpose", "wq1", "t1", perm=[1, 0]),
        node("MatMul", "q t1", "a1"),
        node("BatchNormalization", "a1 scale bias mean variance", "n1", epsilon=1e-5),
        node("BipolarQuant", "n1 one", "q1", QONNX),
        node("BipolarQuant", "w2 one", "wq2", QONNX), node("MatMul", "q1 wq2", "a2"),
        node("Mul", "a2 slopes", "m2"), node("Tanh", "m2", "y"),
    ],
    C | {
        "two": f(2), "w1": real(8, 16), "w2": real(8, 3), "scale": real(8), "bias": real(8),
        "mean": real(8), "variance": f(np.full(8, 4)), "slopes": f([0.5, -0.25, 0.125]),
    }, undeclared=True)

# FINN's thresholds, one row for each channel, with bipolar and with counted outputs.
good(
    "thresholds", "quantize conv conv", [1, 2, 4, 4],
    [
        quant("x quarter zero b5", "q"), node("Conv", "q w1", "c1", kernel_shape=[2, 2]),
        node("MultiThreshold", "c1 t1", "m1", FINN, out_dtype="BIPOLAR", out_scale=2.0,
             out_bias=-1.0),
        node("Conv", "m1 w2", "c2", kernel_shape=[3, 3]),
        node("MultiThreshold", "c2 t2", "y", FINN, out_dtype="INT3", out_scale=1.0, out_bias=-2.0,
             data_layout="NCHW"),
    ],
    C | {
        "w1": random.integers(-3, 4, (3, 2, 2, 2)).astype(np.float32), "t1": f([[-1.1], [0], [2]]),
        "w2": signs(2, 3, 3, 3), "t2": f([[-9, -3, 1, 5], [-5, -1, 3, 7]]),
    }, domains=((QONNX, 1), (FINN, 1)))

# Brevitas's average: sum, division, truncation, in both versions of Trunc.
for version, inputs in ((1, "g quarter zero b8 b4"), (2, "g quarter zero b8 one b6")):
    good(
        f"truncation{version}", "quantize depthwise reshape fc", [1, 3, 4, 4],
        [
            quant("x quarter zero b5", "q"), node("GlobalAveragePool", "q", "g"),
            node("Trunc", inputs, "t", QONNX, rounding_mode="FLOOR"), node("Flatten", "t", "f"),
            node("MatMul", "f w", "y"),
        ], C | {"w": signs(3, 2)}, domains=((QONNX, version),))

# Two branches that are added in float32 before the next quantizer.
good(
    "residual", "quantize conv dequantize dequantize add thresholds reshape fc", [1, 2, 3, 3],
    [
        quant("x quarter zero b5", "q"), quant("w half zero b3", "wq"),
        node("Conv", "q wq", "c", kernel_shape=[1, 1]), quant("c quarter zero b5", "q1"),
        node("Add", "q q1", "s"), quant("s half zero b3", "q2", mode="FLOOR"),
        node("Flatten", "q2", "f"), node("MatMul", "f w2", "y"),
    ], C | {"w": real(2, 2, 1, 1), "w2": signs(18, 2)})

# Every rounding of an accumulator that hits ties.
for mode in ("ROUND", "HALF_EVEN", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"):
    good(
        f"rounding_{mode.lower()}", "quantize fc", [1, 4],
        [
            quant("x quarter zero b6", "q"), node("MatMul", "q w", "c"),
            quant("c one zero b6", "y", mode=mode, operator="IntQuant"),
        ], C | {"w": random.integers(-2, 3, (4, 6)).astype(np.float32)})

# Scales that are no powers of two, and zero points.
good(
    "affine", "thresholds conv reshape fc dequantize affine", [1, 2, 5, 5],
    [
        quant("x s0 z0 b8", "q", signed=0), quant("w s1 zero b4", "wq", narrow=1),
        node("Conv", "q wq b", "c", kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2]),
        quant("c s2 z2 b4", "q1", signed=0), node("Flatten", "q1", "f"),
        quant("w2 s3 zero b3", "wq2"), node("Gemm", "f wq2 b2", "y"),
    ],
    C | {
        "s0": f(0.0157), "z0": f(128), "s1": f(0.11), "s2": f(0.3), "z2": f(5), "s3": f(0.21),
        "w": real(2, 2, 3, 3) * f(0.3), "b": f([0.05, -0.1]), "w2": real(18, 3), "b2": real(3),
    })

# A function that turns: followed code by code.
good(
    "turning", "quantize fc", [1, 4],
    [
        quant("x quarter zero b5", "q"), node("MatMul", "q w", "c"), node("HardSwish", "c", "h"),
        node("Mul", "h minus", "g"),
        quant("g eighth zero b4", "y"),
    ], C | {"w": random.integers(-2, 3, (4, 6)).astype(np.float32), "minus": f(-1)}, opset=14)

# Activations with a scale for each channel: put on a common grid where there is one, else in float32.
for name, kinds, scales in (
    ("channels", "quantize conv conv", [0.5, 1, 0.25]),
    ("channels_float", "quantize conv dequantize affine conv", [0.5, 0.3, 0.7]),
):
    good(
        name, kinds, [1, 2, 3, 3],
        [
            quant("x quarter zero b5", "q"), node("Conv", "q w1", "c", kernel_shape=[1, 1]),
            quant("c scales zero b3", "q1"), node("Conv", "q1 w2", "y", kernel_shape=[2, 2]),
        ],
        C | {
            "w1": signs(3, 2, 1, 1), "scales": f(scales).reshape(1, 3, 1, 1),
            "w2": signs(2, 3, 2, 2),
        })

# Padding of bipolar codes with zeros.
good(
    "padding", "thresholds pad conv", [1, 1, 3, 3],
    [
        node("BipolarQuant", "x half", "q", QONNX), node("Pad", "q pads", "p"),
        node("Conv", "p w", "y", kernel_shape=[3, 3]),
    ], C | {"pads": np.asarray([0, 0, 1, 1, 0, 0, 1, 1]), "w": signs(2, 1, 3, 3)})

# The number of equal signs of bits 0 and 1.
good(
    "xnor", "thresholds fc dequantize activation activation", [1, 8],
    [
        quant("x one zero b1", "q", signed=0),
        node("XnorPopcountMatMul", "q w", "y", QONNX),
    ], C | {"w": (signs(8, 5) + 1) / 2})

# A plain ONNX file with integer weights; one threshold is hit exactly, where Sign gives 0.
good(
    "signs", "conv maxpool conv reshape fc", [1, 2, 6, 6],
    [
        node("Cast", "w1", "f1", to=1), node("Conv", "x f1", "c1", kernel_shape=[3, 3]),
        node("Add", "c1 t1", "a1"), node("Sign", "a1", "s1"),
        node("MaxPool", "s1", "p1", kernel_shape=[2, 2], strides=[2, 2]),
        node("Cast", "w2", "f2", to=1), node("Conv", "p1 f2", "c2", kernel_shape=[2, 2]),
        node("Add", "c2 t2", "a2"), node("Sign", "a2", "s2"), node("Add", "c2 t3", "a3"),
        node("Sign", "a3", "s3"), node("Add", "s2 s3", "u"), node("Mul", "u half", "v"),
        node("Flatten", "v", "f"), node("Cast", "w3", "f3", to=1),
        node("Gemm", "f f3", "y", transB=1),
    ],
    {
        "half": f([0.5]), "w1": random.choice([-1, 1], (4, 2, 3, 3)).astype(np.int8),
        "t1": f([0.5, -12, 3.5, 7]).reshape(1, 4, 1, 1),
        "w2": random.integers(-1, 2, (3, 4, 2, 2)).astype(np.int8),
        "t2": f([0.5, 1, -0.5]).reshape(1, 3, 1, 1), "t3": f([-2.5, 3, 1.5]).reshape(1, 3, 1, 1),
        "w3": random.integers(-1, 2, (2, 3)).astype(np.int8),
    }, domains=(), scale=16)

(FOLDER / "expected.txt").write_text("\n".join(expected) + "\n")

relu = node("Relu", "q", "y")
bad("scale", [quant("x zero zero b4", "q"), relu], C)
bad("rounding", [quant("x one zero b4", "q", mode="STOCHASTIC"), relu], C)
bad("width", [quant("x one zero wide", "q"), relu], C | {"wide": f(40)})
bad("zero_point", [quant("x one half b4", "q"), relu], C)
bad("computed", [quant("x x zero b4", "q"), relu], C)
bad("missing", [quant("x one zero", "q"), relu], C)
bad("axes", [quant("x s zero b4", "q"), relu], C | {"s": f([[1, 2], [3, 4]])}, shape=(1, 2, 2))
bad("rows", [node("MultiThreshold", "x t", "q", FINN, out_dtype="UINT2"), relu],
    C | {"t": f([[1], [2], [3]])})
bad("bias", [node("MultiThreshold", "x t", "q", FINN, out_dtype="UINT2", out_bias=0.3), relu],
    C | {"t": f([[1]])})
bad("none", [node("Relu", "x", "y")], C)
bad("operator", [quant("x one zero b4", "q"), node("FloatQuant", "q", "y", QONNX)], C)
