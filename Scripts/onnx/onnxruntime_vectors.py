#!/usr/bin/env python3
"""Makes small quantized ONNX models and records what onnxruntime computes for random inputs.

    python3 onnxruntime_vectors.py FOLDER [MODEL.onnx SAMPLES.npy ...]

Every model gets a folder with model.onnx, input.npy and output.npy, samples along the first axis. Further
models are recorded as they are, on the samples of a .npy file. Needs numpy, onnx and onnxruntime; the
values are those of a CPU whose int8 kernels do not saturate (x86 with VNNI, or ARM).
`swift test --filter ONNXRuntime` compares them with the `ort-vnni` arithmetic.
"""
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

TYPES = {"u8": (np.uint8, TensorProto.UINT8), "s8": (np.int8, TensorProto.INT8)}
SAMPLES = 200


class Builder:
    """A graph under construction: QDQ style, one sample a run."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes, self.initializers, self.count = [], [], 0

    def name(self, stem):
        self.count += 1
        return f"{stem}{self.count}"

    def constant(self, array, stem="c"):
        name = self.name(stem)
        self.initializers.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def node(self, operator, inputs, domain="", **attributes):
        output = self.name(operator.lower())
        self.nodes.append(
            helper.make_node(operator, inputs, [output], name=output + "_node", domain=domain, **attributes))
        return output

    def parameters(self, kind, scale=None, zero=None):
        low, high = np.iinfo(TYPES[kind][0]).min, np.iinfo(TYPES[kind][0]).max
        scale = np.float32(self.random.uniform(0.005, 0.1) if scale is None else scale)
        zero = int(self.random.integers(low // 2, high // 2 + 1)) if zero is None else zero
        return [self.constant(scale, "scale"), self.constant(TYPES[kind][0](zero), "zero")]

    def quantize(self, x, parameters):
        return self.node("QuantizeLinear", [x] + parameters)

    def dequantize(self, x, parameters, **attributes):
        return self.node("DequantizeLinear", [x] + parameters, **attributes)

    def requantize(self, x, kind="u8", scale=None, zero=None):
        """Quantizes and dequantizes: the value between two layers."""
        parameters = self.parameters(kind, scale, zero)
        return self.dequantize(self.quantize(x, parameters), parameters)

    def weights(self, shape, axis=None, kind="s8", zero=False):
        """Dequantized weights and their scales; one scale a channel along an axis."""
        dtype = TYPES[kind][0]
        info = np.iinfo(dtype)
        codes = self.random.integers(info.min + (kind == "s8"), info.max + 1, shape).astype(dtype)
        count = shape[axis] if axis is not None else 1
        scales = self.random.uniform(0.002, 0.02, count).astype(np.float32)
        zeros = self.random.integers(-5, 6, count) + (128 if kind == "u8" else 0)
        zeros = (zeros if zero or kind == "u8" else np.zeros(count)).astype(dtype)
        if axis is None:
            scales, zeros = scales[0], zeros[0]
        attributes = {} if axis is None else {"axis": axis}
        parameters = [self.constant(scales, "scale"), self.constant(zeros, "zero")]
        return self.dequantize(self.constant(codes, "w"), parameters, **attributes), scales, codes

    def bias(self, count, scale):
        codes = self.random.integers(-3000, 3001, count).astype(np.int32)
        scales = np.broadcast_to(np.float32(scale), (count,)).astype(np.float32)
        zero = self.constant(np.zeros(count, np.int32), "zero")
        return self.dequantize(self.constant(codes, "b"), [self.constant(scales, "scale"), zero], axis=0)

    def conv(self, x, scale, channels, outputs, kernel=3, groups=1, output="u8", activation=None,
             weights="s8", per_channel=True, bias=True, rank=2, zero=None, **attributes):
        """A quantized convolution; gives its dequantized output and scale."""
        shape = (outputs, channels // groups) + (kernel,) * rank
        w, scales, _ = self.weights(shape, 0 if per_channel else None, weights)
        inputs = [x, w]
        if bias:
            inputs.append(self.bias(outputs, np.float32(scale) * scales))
        y = self.node("Conv", inputs, group=groups, **attributes)
        if activation:
            y = self.node(activation, [y])
        depth = np.prod(shape[1:])
        wanted = np.float32(scale * np.mean(scales) * np.sqrt(depth) * 74 * 74 / 50)
        if activation == "Relu":
            zero = np.iinfo(TYPES[output][0]).min
        return self.requantize(y, output, wanted, zero), wanted

    def model(self, inputs, output, output_type=TensorProto.FLOAT, opset=17):
        graph = helper.make_graph(
            self.nodes, "graph", inputs,
            [helper.make_tensor_value_info(output, output_type, None)], self.initializers)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)])
        model.ir_version = 8
        return model


def real(shape):
    return [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)]


def codes(shape, kind):
    return [helper.make_tensor_value_info("x", TYPES[kind][1], shape)]


def start(builder, kind, scale=0.03, zero=None):
    return builder.requantize("x", kind, scale, zero)


def qdq_models(seed):
    """(name, model) of graphs in QDQ style."""
    image = [1, 6, 9, 8]
    for kind in ("u8", "s8"):
        for name, arguments in {
            "conv": {}, "conv_relu": {"activation": "Relu"}, "conv_padded": {"pads": [1, 0, 2, 1]},
            "conv_strided": {"strides": [2, 2], "pads": [1, 1, 1, 1], "activation": "Relu"},
            "conv_tensor": {"per_channel": False}, "conv_dilated": {"dilations": [2, 2]},
            "conv_no_bias": {"bias": False}, "depthwise": {"groups": 6, "pads": [1, 1, 1, 1]},
            "grouped": {"groups": 3, "outputs": 9}, "pointwise": {"kernel": 1, "outputs": 20},
        }.items():
            b = Builder(seed + len(name))
            y, _ = b.conv(start(b, kind), 0.03, 6, arguments.pop("outputs", 6), output=kind, **arguments)
            yield f"qdq_{name}_{kind}", b.model(real(image), y)
        b = Builder(seed + 1)
        w, scales, _ = b.weights((10, 24), 0)
        y = b.node("Gemm", [start(b, kind), w, b.bias(10, np.float32(0.03) * scales)], transB=1)
        yield f"qdq_gemm_{kind}", b.model(real([1, 24]), b.requantize(y, kind, 0.2))
        b = Builder(seed + 2)
        w, _, _ = b.weights((24, 10), None)
        y = b.node("MatMul", [start(b, kind), w])
        yield f"qdq_matmul_{kind}", b.model(real([1, 5, 24]), b.requantize(y, kind, 0.2))
        for operator in ("Add", "Mul"):
            b = Builder(seed + 3)
            first = start(b, kind)
            second = b.requantize(first, kind, 0.041)
            yield (f"qdq_{operator.lower()}_{kind}",
                   b.model(real(image), b.requantize(b.node(operator, [first, second]), kind, 0.057)))
            b = Builder(seed + 4)
            constant, _, _ = b.weights((1, 6, 1, 1), None, kind)
            y = b.node(operator, [start(b, kind), constant])
            yield f"qdq_{operator.lower()}_constant_{kind}", b.model(real(image), b.requantize(y, kind, 0.05))
        for operator in ("Sigmoid", "Tanh", "LeakyRelu", "HardSigmoid", "HardSwish", "Relu"):
            b = Builder(seed + 5)
            y = b.node(operator, [start(b, kind, 0.05)])
            yield (f"qdq_{operator.lower()}_{kind}",
                   b.model(real([1, 40]), b.requantize(y, kind, 0.013)))
        b = Builder(seed + 6)
        y = b.node("Softmax", [start(b, kind, 0.1)], axis=-1)
        yield f"qdq_softmax_{kind}", b.model(real([1, 30]), b.requantize(y, kind, 1 / 256, 0 if kind == "u8" else -128))
        for name, operator, attributes in (
            ("maxpool", "MaxPool", {"kernel_shape": [2, 2], "strides": [2, 2]}),
            ("averagepool", "AveragePool", {"kernel_shape": [2, 3], "strides": [2, 1]}),
            ("averagepool_padded", "AveragePool", {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}),
            ("averagepool_counted", "AveragePool",
             {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "count_include_pad": 1}),
            ("globalaveragepool", "GlobalAveragePool", {}),
        ):
            for same in (True, False):
                b = Builder(seed + 7)
                parameters = b.parameters(kind, 0.03)
                x = b.dequantize(b.quantize("x", parameters), parameters)
                y = b.node(operator, [x], **attributes)
                result = parameters if same else b.parameters(kind, 0.021)
                y = b.dequantize(b.quantize(y, result), result)
                yield f"qdq_{name}_{'same' if same else 'other'}_{kind}", b.model(real(image), y)
        b = Builder(seed + 8)
        x = start(b, kind)
        parts = [b.conv(x, 0.03, 6, n, kernel=1, output=kind)[0] for n in (3, 5)] + [x]
        y = b.requantize(b.node("Concat", parts, axis=1), kind, 0.05)
        yield f"qdq_concat_{kind}", b.model(real(image), y)
        b = Builder(seed + 9)
        parameters = b.parameters(kind, 0.03)
        x = b.dequantize(b.quantize("x", parameters), parameters)
        for operator, inputs, attributes in (
            ("Transpose", [], {"perm": [0, 2, 3, 1]}),
            ("Reshape", [np.array([1, 36, -1], np.int64)], {}),
            ("Flatten", [], {}),
        ):
            y = b.node(operator, [x] + [b.constant(i) for i in inputs], **attributes)
            x = b.dequantize(b.quantize(y, parameters), parameters)
        w, scales, _ = b.weights((7, 432), 0)
        y = b.node("Gemm", [x, w, b.bias(7, np.float32(0.03) * scales)], transB=1)
        yield f"qdq_moves_{kind}", b.model(real(image), b.requantize(y, kind, 1.0))
        b = Builder(seed + 10)
        stem, s1 = b.conv(start(b, kind), 0.03, 3, 8, output=kind, activation="Relu", pads=[1] * 4)
        inner, s2 = b.conv(stem, s1, 8, 8, output=kind, activation="Relu", pads=[1] * 4)
        inner, s3 = b.conv(inner, s2, 8, 8, output=kind, pads=[1] * 4)
        joined = b.node("Relu", [b.node("Add", [stem, inner])])
        low = np.iinfo(TYPES[kind][0]).min
        joined = b.requantize(joined, kind, s3 * 1.3, low)
        deep, s4 = b.conv(joined, s3 * np.float32(1.3), 8, 8, groups=8, output=kind, activation="Relu")
        pooled = b.requantize(b.node("GlobalAveragePool", [deep]), kind, s4 * 0.7, low)
        flat = b.node("Flatten", [pooled])
        w, scales, _ = b.weights((10, 8), 0)
        y = b.node("Gemm", [flat, w, b.bias(10, np.float32(s4 * 0.7) * scales)], transB=1)
        yield f"qdq_network_{kind}", b.model(real([1, 3, 12, 12]), b.requantize(y, kind, s4 * 0.7))
    b = Builder(seed + 11)
    y, _ = b.conv(start(b, "u8"), 0.03, 4, 5, rank=1, pads=[1, 1])
    yield "qdq_conv1d", b.model(real([1, 4, 30]), y)
    b = Builder(seed + 12)
    y, _ = b.conv(start(b, "u8"), 0.03, 6, 6, weights="u8", per_channel=False)
    yield "qdq_conv_unsigned_weights", b.model(real(image), y)


def integer_models(seed):
    """(name, model) of graphs with QLinear and integer operators."""
    image = [1, 6, 9, 8]
    for kind in ("u8", "s8"):
        dtype, proto = TYPES[kind]

        def finish(b, shape, output, type=proto, opset=17):
            return b.model(codes(shape, kind), output, type, opset)

        def scales(b):
            return b.parameters(kind)

        for weights in ("s8", "u8") if kind == "u8" else ("s8",):
            b = Builder(seed + 1)
            info = np.iinfo(TYPES[weights][0])
            w = b.random.integers(info.min, info.max + 1, (8, 6, 3, 3)).astype(TYPES[weights][0])
            per = weights == "s8"
            ws = b.random.uniform(0.002, 0.02, 8 if per else 1).astype(np.float32)
            wz = np.zeros(8, np.int8) if per else np.uint8(121)
            bias = b.random.integers(-9000, 9000, 8).astype(np.int32)
            y = b.node("QLinearConv", ["x"] + b.parameters(kind, 0.03) + [
                b.constant(w), b.constant(ws if per else ws[0]), b.constant(wz)]
                + b.parameters(kind, 0.5) + [b.constant(bias)], pads=[1, 1, 1, 1])
            yield f"qlinear_conv_{kind}_{weights}", finish(b, image, y)
            b = Builder(seed + 2)
            w = b.random.integers(info.min, info.max + 1, (24, 10)).astype(TYPES[weights][0])
            wz = TYPES[weights][0](3 if weights == "s8" else 130)
            y = b.node("QLinearMatMul", ["x"] + b.parameters(kind, 0.03) + [
                b.constant(w), b.constant(np.float32(0.011)), b.constant(wz)] + b.parameters(kind, 0.3))
            yield f"qlinear_matmul_{kind}_{weights}", finish(b, [1, 3, 24], y)
            b = Builder(seed + 3)
            y = b.node("MatMulInteger", ["x", b.constant(w), b.parameters(kind)[1], b.constant(wz)])
            yield f"matmulinteger_{kind}_{weights}", finish(b, [1, 3, 24], y, TensorProto.INT32)
            b = Builder(seed + 4)
            bias = b.random.integers(-9000, 9000, 24).astype(np.int32)
            y = b.node("QGemm", ["x"] + b.parameters(kind, 0.03) + [
                b.constant(w), b.constant(np.float32(0.011)), b.constant(wz),
                b.constant(bias[:10])] + b.parameters(kind, 0.3), "com.microsoft")
            yield f"qgemm_{kind}_{weights}", finish(b, [1, 24], y)
        for operator in ("QLinearAdd", "QLinearMul"):
            b = Builder(seed + 5)
            first, second, third = (b.parameters(kind) for _ in range(3))
            other = b.quantize(b.dequantize("x", first), second)
            y = b.node(operator, ["x"] + first + [other] + second + third, "com.microsoft")
            yield f"{operator.lower()}_{kind}", finish(b, image, y)
            b = Builder(seed + 6)
            constant = b.constant(b.random.integers(0, 100, (6, 1, 1)).astype(dtype))
            y = b.node(operator, ["x"] + b.parameters(kind) + [constant] + b.parameters(kind)
                       + b.parameters(kind), "com.microsoft")
            yield f"{operator.lower()}_constant_{kind}", finish(b, image, y)
        for operator, attributes in (
            ("QLinearGlobalAveragePool", {"channels_last": 0}), ("QLinearSigmoid", {}),
            ("QLinearLeakyRelu", {"alpha": 0.1}),
            ("QLinearAveragePool", {"channels_last": 0, "kernel_shape": [3, 2], "strides": [2, 1]}),
        ):
            b = Builder(seed + 7)
            y = b.node(operator, ["x"] + b.parameters(kind, 0.03) + b.parameters(kind, 0.017),
                       "com.microsoft", **attributes)
            yield f"{operator.lower()}_{kind}", finish(b, image, y)
        b = Builder(seed + 8)
        first, second = b.parameters(kind), b.parameters(kind)
        other = b.quantize(b.dequantize("x", first), second)
        y = b.node("QLinearConcat", b.parameters(kind) + ["x"] + first + [other] + second,
                   "com.microsoft", axis=1)
        yield f"qlinearconcat_{kind}", finish(b, image, y)
    b = Builder(seed + 9)
    w = b.random.integers(0, 256, (4, 6, 3, 3)).astype(np.uint8)
    y = b.node("ConvInteger", ["x", b.constant(w), b.parameters("u8")[1], b.constant(np.uint8(117))],
               pads=[1, 1, 1, 1])
    yield "convinteger", b.model(codes(image, "u8"), y, TensorProto.INT32)
    b = Builder(seed + 10)
    names = [b.name("d") for _ in range(3)]
    b.nodes.append(helper.make_node("DynamicQuantizeLinear", ["x"], names, name="dynamic"))
    w = b.random.integers(-127, 128, (24, 10)).astype(np.int8)
    y = b.node("MatMulInteger", [names[0], b.constant(w), names[2], b.constant(np.int8(0))])
    y = b.node("Cast", [y], to=TensorProto.FLOAT)
    y = b.node("Mul", [y, b.node("Mul", [names[1], b.constant(np.float32(0.013))])])
    y = b.node("Relu", [b.node("Add", [y, b.constant(b.random.normal(0, 1, 10).astype(np.float32))])])
    yield "dynamic_matmul", b.model(real([1, 24]), y)


def inputs(model, random):
    """Random samples of the one input of a model."""
    value = model.graph.input[0]
    shape = [SAMPLES] + [d.dim_value for d in value.type.tensor_type.shape.dim][1:]
    kind = value.type.tensor_type.elem_type
    if kind == TensorProto.FLOAT:
        return random.normal(0, 2.5, shape).astype(np.float32)
    dtype = helper.tensor_dtype_to_np_dtype(kind)
    return random.integers(np.iinfo(dtype).min, np.iinfo(dtype).max + 1, shape).astype(dtype)


def computed(model, samples, keeps_signed=False, optimized=None):
    """The first output of every sample; `optimized` is where the graph that really runs is written."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    if keeps_signed:
        options.add_session_config_entry("session.qdqisint8allowed", "1")
    if optimized:
        options.optimized_model_filepath = str(optimized)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return np.concatenate([session.run(None, {name: samples[i : i + 1]})[0] for i in range(len(samples))])


def record(folder, model, samples):
    folder.mkdir(parents=True, exist_ok=True)
    optimized = folder / "optimized.onnx"
    outputs = computed(model, samples, optimized=optimized)
    # onnxruntime rewrites signed QDQ graphs to unsigned codes on x86, and where it rewrites only a part of a graph
    # its convolutions run in float32 (qdq_concat_s8), whose rounded sums are no property of the integers: it is
    # told to keep those graphs signed.
    kinds = {node.op_type for node in onnx.load(optimized).graph.node}
    optimized.unlink()
    if kinds & {"Conv", "FusedConv"}:
        print(f"{folder.name}: convolutions would run in float32, recorded with session.qdqisint8allowed")
        outputs = computed(model, samples, keeps_signed=True)
    onnx.save(model, folder / "model.onnx")
    np.save(folder / "input.npy", samples)
    np.save(folder / "output.npy", outputs)


def main():
    root = pathlib.Path(sys.argv[1])
    random = np.random.default_rng(7)
    given = sys.argv[2:]
    count = 0
    for seed in (100, 200, 300):
        for name, model in list(qdq_models(seed)) + list(integer_models(seed)):
            record(root / f"{name}_{seed}", model, inputs(model, random))
            count += 1
    for path, samples in zip(given[::2], given[1::2]):
        record(root / pathlib.Path(path).stem, onnx.load(path), np.load(samples))
        count += 1
    print(f"onnxruntime {onnxruntime.__version__}: {count} models recorded in {root}")


if __name__ == "__main__":
    main()
