#!/usr/bin/env python3
"""Makes the quantized ONNX models of onnx-quantized/ and records what onnxruntime computes.

    python3 make_quantized_fixtures.py

Each model has a file NAME.txt: samples of inputs and outputs, one line each, codes as integers, floats as
the hexadecimal bits. bad_NAME.onnx must be refused with the line of errors.txt, written by hand. Needs numpy, onnx
and onnxruntime.
"""
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper

ROOT = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT.parents[2] / "Scripts" / "onnx"))
import onnxruntime_vectors as vectors  # noqa: E402

FOLDER = ROOT / "onnx-quantized"
CHOSEN = [
    "qdq_conv_relu_u8", "qdq_depthwise_s8", "qdq_gemm_s8", "qdq_matmul_u8", "qdq_add_u8", "qdq_mul_constant_s8",
    "qdq_hardswish_u8", "qdq_averagepool_other_s8", "qdq_concat_u8", "qdq_moves_s8", "qdq_network_u8",
    "qdq_conv1d", "qlinear_conv_u8_u8", "qlinear_matmul_s8_s8", "matmulinteger_u8_s8", "qgemm_u8_u8",
    "qlinearadd_s8", "qlinearglobalaveragepool_u8", "qlinearconcat_s8", "convinteger", "dynamic_matmul",
]


def line(array):
    array = np.asarray(array)
    if array.dtype == np.float32:
        return " ".join(f"{bits:08x}" for bits in array.reshape(-1).view(np.uint32))
    return " ".join(str(value) for value in array.reshape(-1))


def bad_models():
    shape = [1, 4]

    def builder(nodes, initializers, kind=TensorProto.FLOAT, output=TensorProto.FLOAT):
        b = vectors.Builder(1)
        b.nodes, b.initializers = nodes, [onnx.numpy_helper.from_array(v, k) for k, v in initializers.items()]
        return b.model([helper.make_tensor_value_info("x", kind, shape)], "y", output, 21)

    node = helper.make_node
    scale, zero = np.float32(0.1), np.uint8(3)
    both = {"s": scale, "z": zero}
    yield "scale", builder([node("QuantizeLinear", ["x", "s", "z"], ["y"])], {"s": np.float32(-1), "z": zero})
    yield "zero_point", builder(
        [node("DequantizeLinear", ["x", "s", "z"], ["y"])], {"s": scale, "z": np.int32(300)}, TensorProto.UINT8)
    yield "float_input", builder([node("DequantizeLinear", ["x", "s", "z"], ["y"])], both)
    yield "codes", builder(
        [node("QuantizeLinear", ["x", "s", "z"], ["q"]), node("Sigmoid", ["q"], ["p"]),
         node("DequantizeLinear", ["p", "s", "z"], ["y"])], both)
    yield "bias_scale", builder(
        [node("QuantizeLinear", ["x", "s", "z"], ["q"]), node("DequantizeLinear", ["q", "s", "z"], ["d"]),
         node("DequantizeLinear", ["w", "s"], ["v"]), node("DequantizeLinear", ["b", "s"], ["c"]),
         node("Gemm", ["d", "v", "c"], ["g"]), node("QuantizeLinear", ["g", "s", "z"], ["p"]),
         node("DequantizeLinear", ["p", "s", "z"], ["y"])],
        both | {"w": np.ones((4, 3), np.int8), "b": np.ones(3, np.int32)})
    yield "float8", builder(
        [node("QuantizeLinear", ["x", "s"], ["q"], output_dtype=TensorProto.FLOAT8E4M3FN),
         node("DequantizeLinear", ["q", "s"], ["y"])], both)
    yield "computed_scale", builder(
        [node("Sigmoid", ["x"], ["t"]), node("QuantizeLinear", ["x", "t"], ["q"]),
         node("DequantizeLinear", ["q", "s"], ["y"])], both)
    yield "channels", builder(
        [node("QuantizeLinear", ["x", "t"], ["q"], axis=1), node("DequantizeLinear", ["q", "s"], ["y"])],
        both | {"t": np.ones(3, np.float32)})
    yield "parts", builder(
        [node("QLinearConcat", ["s", "z", "x", "s"], ["y"], domain="com.microsoft", axis=1)], both,
        TensorProto.UINT8, TensorProto.UINT8)


def main():
    FOLDER.mkdir(exist_ok=True)
    vectors.SAMPLES = 1
    random = np.random.default_rng(11)
    models = dict(list(vectors.qdq_models(100)) + list(vectors.integer_models(100)))
    for name in CHOSEN:
        samples = vectors.inputs(models[name], random)
        outputs = vectors.computed(models[name], samples)
        onnx.save(models[name], FOLDER / f"{name}.onnx")
        text = [line(part[i]) for i in range(len(samples)) for part in (samples, outputs)]
        (FOLDER / f"{name}.txt").write_text("\n".join(text) + "\n")
    for name, model in bad_models():
        onnx.save(model, FOLDER / f"bad_{name}.onnx")


if __name__ == "__main__":
    main()
