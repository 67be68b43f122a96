"""Writes the small ONNX models under onnx/ and their expected outputs (onnxruntime's).

    python3 -m pip install onnx onnxruntime && python3 make_fixtures.py

Every model has the input `x`; element i of it is ((37 * i + 11) mod 64 - 32) / 16. expected.txt has a
line for each good model: its name, the operations that it must be read as, its output.
"""

import pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(__file__).parent / "onnx"
random = np.random.default_rng(1)
expected = []


def weights(*shape):
    return (random.integers(-16, 17, shape) / 16).astype(np.float32)


def positive(*shape):
    return (random.integers(4, 17, shape) / 16).astype(np.float32)


def node(operator, inputs, output, **attributes):
    return helper.make_node(operator, inputs.split(), [output], name=f"n_{output}", **attributes)


def model(shape, nodes, constants, opset=17, output="y", inputs=None):
    initializers = [numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items()]
    inputs = inputs or [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)]
    outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)]
    graph = helper.make_graph(nodes, "fixture", inputs, outputs, initializers)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    made.ir_version = 8
    return made


def save(name, made):
    (FOLDER / f"{name}.onnx").write_bytes(made.SerializeToString(deterministic=True))


def good(name, kinds, shape, nodes, constants={}, opset=17, **more):
    made = model(shape, nodes, constants, opset, **more)
    save(name, made)
    fixed = [1] + [d for d in shape[1:]]
    count = int(np.prod(fixed))
    x = (((37 * np.arange(count) + 11) % 64 - 32) / 16).astype(np.float32).reshape(fixed)
    session = onnxruntime.InferenceSession(
        str(FOLDER / f"{name}.onnx"), providers=["CPUExecutionProvider"]
    )
    y = session.run(None, {"x": x})[0]
    numbers = " ".join(f"{v:.7g}" for v in y.ravel())
    dims = "x".join(map(str, y.shape)) or "scalar"
    expected.append(f"{name}|{kinds}|{dims}|{numbers}")


def bad(name, shape, nodes, constants={}, opset=17, **more):
    save(name, model(shape, nodes, constants, opset, **more))


I = np.int64
IMAGE = [1, 2, 5, 6]

# Convolutions.
good("conv", "conv", IMAGE, [node("Conv", "x w b", "y", pads=[1, 0, 2, 1], strides=[2, 1])],
     {"w": weights(3, 2, 3, 2), "b": weights(3)})
good("conv_grouped", "conv", [1, 4, 5, 5], [node("Conv", "x w", "y", group=2, dilations=[2, 1])],
     {"w": weights(6, 2, 2, 2)})
good("conv_depthwise_same", "depthwise", IMAGE,
     [node("Conv", "x w", "y", group=2, auto_pad="SAME_UPPER", strides=[2, 2])],
     {"w": weights(4, 1, 3, 3)})
good("conv_same_lower", "conv", IMAGE,
     [node("Conv", "x w", "y", auto_pad="SAME_LOWER", strides=[1, 2])], {"w": weights(1, 2, 2, 3)})
good("conv_1d", "reshape conv reshape activation", [1, 3, 7],
     [node("Conv", "x w b", "c", pads=[1, 1], strides=[2]), node("Relu", "c", "y")],
     {"w": weights(2, 3, 3), "b": weights(2)})
good("conv_batch_symbolic", "conv", ["n", 2, 5, 6], [node("Conv", "x w", "y")],
     {"w": weights(1, 2, 5, 6)})

# Matrices.
good("gemm", "reshape fc", [1, 2, 3],
     [node("Flatten", "x", "f"), node("Gemm", "f w b", "y", alpha=0.5, beta=2.0, transB=1)],
     {"w": weights(4, 6), "b": weights(4)})
good("gemm_plain", "fc", [1, 6], [node("Gemm", "x w b", "y")],
     {"w": weights(6, 3), "b": weights(1, 3)})
good("matmul_add", "fc affine", [1, 6],
     [node("MatMul", "x w", "m"), node("Add", "b m", "y")], {"w": weights(6, 3), "b": weights(3)})
good("matmul_deep", "reshape fc reshape", [1, 2, 3, 4], [node("MatMul", "x w", "y")], {"w": weights(4, 2)})
good("matmul_vector", "fc reshape", [1, 3, 4], [node("MatMul", "x w", "y")], {"w": weights(4)})
good("matmul_int8", "fc", [1, 6],
     [node("Cast", "q", "c", to=1), node("Transpose", "c", "t", perm=[1, 0]),
      node("MatMul", "x t", "y")], {"q": random.integers(-3, 4, (2, 6)).astype(np.int8)})
half = weights(6, 3).astype(np.float16)
good("matmul_half", "fc", [1, 6], [node("Cast", "h", "w", to=1), node("MatMul", "x w", "y")],
     {"h": half})

# Arithmetic.
good("scalars", "activation activation activation activation activation activation", [1, 4],
     [node("Add", "x a", "p"), node("Sub", "a p", "q"), node("Mul", "q b", "r"),
      node("Div", "r b", "s"), node("Sub", "s b", "t"), node("Pow", "t two", "y")],
     {"a": np.float32(0.5), "b": np.full((1, 1), 0.25, np.float32), "two": np.float32(2)})
good("channels", "affine affine affine affine", IMAGE,
     [node("Mul", "x a", "p"), node("Sub", "b p", "q"), node("Div", "q c", "r"),
      node("Add", "r d", "y")],
     {"a": weights(2, 1, 1), "b": weights(1, 2, 1, 1), "c": positive(2, 1, 1), "d": weights(6)})
good("reciprocal", "activation activation", [1, 4],
     [node("Add", "x a", "p"), node("Div", "b p", "y")],
     {"a": np.float32(4.5), "b": np.float32(3)})
good("widened", "reshape affine", [1, 4], [node("Add", "x a", "y")], {"a": weights(1, 1, 4)})
good("residual", "conv activation add sub mul", IMAGE,
     [node("Conv", "x w", "c", pads=[1, 1, 1, 1]), node("Sigmoid", "c", "s"),
      node("Add", "c x", "a"), node("Sub", "a s", "b"), node("Mul", "b s", "y")],
     {"w": weights(2, 2, 3, 3)})
good("squeeze_excite", "avgpool conv activation mul", IMAGE,
     [node("GlobalAveragePool", "x", "g"), node("Conv", "g w", "c"),
      node("HardSigmoid", "c", "s", alpha=0.25), node("Mul", "x s", "y")],
     {"w": weights(2, 2, 1, 1)})
good("batch_norm", "affine", IMAGE, [node("BatchNormalization", "x s b m v", "y", epsilon=0.01)],
     {"s": weights(2), "b": weights(2), "m": weights(2), "v": positive(2)})

# Activations.
for name, attributes in [
    ("Relu", {}), ("LeakyRelu", {"alpha": 0.125}), ("LeakyRelu", {}), ("HardSigmoid", {}),
    ("HardSwish", {}), ("Sigmoid", {}), ("Tanh", {}), ("Sign", {}),
]:
    good(f"activation_{name.lower()}{len(attributes) or ''}", "activation", [1, 9],
         [node(name, "x", "y", **attributes)])
good("clip_attributes", "activation", [1, 9], [node("Clip", "x", "y", min=0.0, max=1.5)], opset=9)
good("clip_inputs", "activation", [1, 9], [node("Clip", "x low high", "y")],
     {"low": np.float32(-1), "high": np.float32(1)})
good("clip_high", "activation", [1, 9],
     [helper.make_node("Clip", ["x", "", "high"], ["y"])], {"high": np.float32(1)}, opset=13)

# Pools.
good("maxpool", "maxpool", IMAGE,
     [node("MaxPool", "x", "y", kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1])])
good("maxpool_ceil", "maxpool", IMAGE,
     [node("MaxPool", "x", "y", kernel_shape=[2, 3], strides=[2, 2], ceil_mode=1)])
good("maxpool_ceil_dropped", "maxpool", [1, 1, 7, 6],
     [node("MaxPool", "x", "y", kernel_shape=[2, 2], strides=[4, 4],
           ceil_mode=1)])
good("maxpool_dilated", "maxpool", IMAGE,
     [node("MaxPool", "x", "y", kernel_shape=[2, 2], dilations=[2, 3])])
good("maxpool_same", "maxpool", IMAGE,
     [node("MaxPool", "x", "y", kernel_shape=[2, 3], strides=[2, 2], auto_pad="SAME_UPPER")])
good("maxpool_1d", "reshape maxpool reshape", [1, 2, 7],
     [node("MaxPool", "x", "y", kernel_shape=[3], strides=[2])])
good("avgpool", "avgpool", IMAGE,
     [node("AveragePool", "x", "y", kernel_shape=[2, 2], strides=[2, 2], pads=[1, 1, 0, 0])])
good("avgpool_counted", "avgpool", IMAGE,
     [node("AveragePool", "x", "y", kernel_shape=[2, 2], strides=[2, 2], pads=[1, 1, 0, 0],
           count_include_pad=1)])
good("avgpool_ceil", "avgpool", IMAGE,
     [node("AveragePool", "x", "y", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)], opset=19)
good("global_max", "maxpool reshape", IMAGE,
     [node("GlobalMaxPool", "x", "g"), node("Squeeze", "g axes", "y")],
     {"axes": np.array([2, 3], I)})

# Shapes.
good("transpose_concat", "transpose concat pad", [1, 2, 3],
     [node("Transpose", "x", "t", perm=[0, 2, 1]), node("Concat", "t t", "c", axis=-1),
      node("Pad", "c p v", "y")],
     {"p": np.array([0, 1, 0, 0, 0, 2], I), "v": np.float32(0.5)})
good("pad_attributes", "pad", [1, 2, 3],
     [node("Pad", "x", "y", pads=[0, 0, 1, 0, 1, 0], value=-1.0)], opset=10)
good("pad_axes", "pad", [1, 2, 3],
     [helper.make_node("Pad", ["x", "p", "", "a"], ["y"])],
     {"p": np.array([2, 1], I), "a": np.array([-1], I)}, opset=18)
good("squeeze_attributes", "reshape reshape", [1, 2, 3],
     [node("Unsqueeze", "x", "u", axes=[0, 4]), node("Squeeze", "u", "y", axes=[0])], opset=11)
good("reshape_zero", "reshape", [1, 2, 6], [node("Reshape", "x s", "y")],
     {"s": np.array([0, 4, -1], I)})
good("shape_chain", "reshape", [1, 2, 3, 4],
     [node("Shape", "x", "s"), node("Constant", "", "zero", value_int=0),
      node("Gather", "s zero", "g", axis=0), node("Constant", "", "first", value_ints=[0]),
      node("Unsqueeze", "g first", "u"), node("Constant", "", "rest", value_ints=[-1]),
      node("Concat", "u rest", "c", axis=0), node("Reshape", "x c", "y")])
good("slice_chain", "reshape", [1, 2, 3, 4],
     [node("Shape", "x", "s"), node("Slice", "s a b c d", "r"),
      node("Slice", "s e a2", "t"), node("Concat", "one r", "u", axis=0),
      node("Reshape", "x u", "y")],
     {"a": np.array([-1], I), "b": np.array([-9], I), "c": np.array([0], I),
      "d": np.array([-1], I), "e": np.array([1], I), "a2": np.array([3], I),
      "one": np.array([1], I)})
good("folded_scales", "affine", [1, 3],
     [node("ConstantOfShape", "n", "z", value=helper.make_tensor("v", 1, [1], [3.0])),
      node("Sign", "w", "s"), node("Mul", "z s", "m"), node("Pow", "m two", "p"),
      node("Sub", "p w", "q"), node("Div", "q z", "r"), node("Mul", "x r", "y")],
     {"n": np.array([3], I), "w": np.array([-0.5, 0, 2], np.float32), "two": np.float32(2)})
good("idle", "activation", [1, 4],
     [node("Identity", "x", "i"), node("Dropout", "i", "d"), node("Cast", "d", "c", to=1),
      node("Relu", "c", "y")])
good("softmax", "softmax", [1, 2, 3], [node("Softmax", "x", "y", axis=1)])
good("softmax_old", "softmax", [1, 4, 1], [node("Softmax", "x", "y")], opset=11)

# Older files, other element types, typed data.
listed = [helper.make_tensor_value_info(n, TensorProto.FLOAT, d)
          for n, d in [("w", [6, 3]), ("x", [1, 6])]]
good("initializers_as_inputs", "fc", [1, 6], [node("MatMul", "x w", "y")], {"w": weights(6, 3)},
     opset=9, inputs=listed)


def typed(name, number, values):
    cast = node("Cast", "t", "w", to=1)
    tensor = helper.make_tensor("t", number, [len(values)], values)
    constant = helper.make_node("Constant", [], ["t"], value=tensor)
    good(f"typed_{name}", "affine", [1, len(values)], [constant, cast, node("Mul", "x w", "y")],
         opset=19)


for name in "FLOAT FLOAT16 BFLOAT16 DOUBLE".split():
    typed(name.lower(), getattr(TensorProto, name), [0.5, -1.25, 3.0, 0.0])
for name in "INT8 INT16 INT32 INT64".split():
    typed(name.lower(), getattr(TensorProto, name), [1, -100, 3, 0])
for name in "UINT8 UINT16 UINT32 UINT64".split():
    typed(name.lower(), getattr(TensorProto, name), [1, 200, 3, 0])
typed("bool", TensorProto.BOOL, [True, False, True, True])
good("two_outputs", "activation activation", [1, 4], [node("Relu", "x", "y"), node("Tanh", "x", "z")])
made = onnx.load(FOLDER / "two_outputs.onnx")
made.graph.output.append(helper.make_tensor_value_info("z", TensorProto.FLOAT, None))
save("two_outputs", made)
# A file for eight samples at once: computed for one, then declared for eight.
good("batch_of_eight", "reshape", [1, 2, 3], [node("Reshape", "x s", "y")],
     {"s": np.array([1, 6], I)})
save("batch_of_eight", model([8, 2, 3], [node("Reshape", "x s", "y")], {"s": np.array([8, 6], I)}))
# Products, slices and recurrences; numbers of their own, so that the files above stay as they are.
earlier, random = random, np.random.default_rng(2)
good("convtranspose", "conv slice", IMAGE,
     [node("ConvTranspose", "x w b", "y", pads=[2, 0, 2, 1], dilations=[1, 2])],
     {"w": weights(2, 3, 2, 2), "b": weights(3)})
good("convtranspose_stride", "conv", IMAGE,
     [node("ConvTranspose", "x w b", "y", strides=[2, 3], pads=[1, 0, 0, 1],
           output_padding=[1, 2])], {"w": weights(2, 3, 3, 2), "b": weights(3)})
good("convtranspose_grouped", "conv", [1, 4, 3, 3],
     [node("ConvTranspose", "x w", "y", strides=[2, 1], group=2, dilations=[2, 1])],
     {"w": weights(4, 3, 2, 2)})
good("convtranspose_depthwise", "depthwise", IMAGE,
     [node("ConvTranspose", "x w", "y", strides=[2, 2], group=2)], {"w": weights(2, 1, 3, 3)})
good("convtranspose_cropped", "conv", IMAGE,
     [node("ConvTranspose", "x w", "y", strides=[2, 2], pads=[3, 4, 2, 2])],
     {"w": weights(2, 1, 2, 2)})
good("convtranspose_same", "conv", IMAGE,
     [node("ConvTranspose", "x w", "y", strides=[2, 2], auto_pad="SAME_UPPER")],
     {"w": weights(2, 1, 4, 4)})
good("convtranspose_1d", "reshape conv reshape", [1, 3, 4],
     [node("ConvTranspose", "x w", "y", strides=[2], pads=[1, 0])], {"w": weights(3, 2, 3)})
good("matmul_computed", "transpose matmul", [1, 2, 3],
     [node("Transpose", "x", "t", perm=[0, 2, 1]), node("MatMul", "x t", "y")])
good("matmul_left", "constant matmul", [1, 2, 3, 2], [node("MatMul", "w x", "y")],
     {"w": weights(2, 4, 3)})
good("matmul_stack", "constant matmul", [1, 2, 3], [node("MatMul", "x w", "y")],
     {"w": weights(2, 1, 3, 4)})
good("matmul_left_vector", "constant reshape matmul reshape", [1, 3, 4],
     [node("MatMul", "w x", "y")], {"w": weights(3)})
good("gemm_computed", "reshape matmul activation activation add", [1, 4],
     [node("Reshape", "x s", "m"), node("Gemm", "m m m", "y", transB=1, alpha=0.5, beta=2.0)],
     {"s": np.array([2, 2], I)})
good("gemm_matrix_bias", "reshape transpose fc constant add", [1, 6],
     [node("Reshape", "x s", "m"), node("Gemm", "m w b", "y", transA=1, beta=0.5)],
     {"s": np.array([2, 3], I), "w": weights(2, 4), "b": weights(3, 4)})
good("full_constants", "constant add constant div constant pow constant sub", [1, 2, 3],
     [node("Add", "x a", "p"), node("Div", "b p", "q"), node("Pow", "q c", "r"),
      node("Sub", "a r", "y")],
     {"a": 5 + weights(2, 3), "b": positive(1, 2, 3), "c": positive(2, 3)})
good("computed", "activation div activation pow max max min", [1, 6],
     [node("Sigmoid", "x", "s"), node("Div", "x s", "d"), node("Sigmoid", "d", "e"),
      node("Pow", "s e", "p"), node("Max", "d p x", "m"), node("Min", "m p", "y")])
good("bounds", "activation activation constant max", [1, 6],
     [node("Max", "low x", "a"), node("Min", "a high", "b"), node("Max", "b w", "y")],
     {"low": np.float32(-1), "high": np.array([1.5], np.float32), "w": weights(6)})
good("slice", "slice", [1, 4, 6], [node("Slice", "x a b c d", "y")],
     {"a": np.array([-1, 5], I), "b": np.array([-9, 1], I), "c": np.array([1, 2], I),
      "d": np.array([-1, -2], I)})
good("split", "slice slice slice sub", [1, 2, 6],
     [helper.make_node("Split", ["x", "n"], ["a", "b"], axis=2), node("Slice", "a one three two", "d"),
      node("Sub", "d b", "y")],
     {"n": np.array([4, 2], I), "one": np.array([1], I), "three": np.array([3], I),
      "two": np.array([2], I)})
good("gather", "slice slice slice concat", [1, 7, 2], [node("Gather", "x i", "y", axis=1)],
     {"i": np.array([-1, 0, 2, 4, 3], I)})
good("gather_scalar", "slice reshape", [1, 4, 3], [node("Gather", "x i", "y", axis=1)],
     {"i": np.array(2, I)})


def lstm(name, kinds, inputs="t w r b", outputs=["y"], directions=1, batch=1, **attributes):
    constants = {"s": np.array([5, batch, 4], I), "w": weights(directions, 12, 4),
                 "r": weights(directions, 12, 3), "b": weights(directions, 24),
                 "h": weights(directions, batch, 3), "c": weights(directions, batch, 3),
                 "p": weights(directions, 9), "n": np.full(batch, 5, np.int32)}
    nodes = [node("Reshape", "x s", "t"),
             helper.make_node("LSTM", inputs.split(" "), outputs, hidden_size=3, **attributes)]
    good(f"lstm_{name}", kinds, [1, 5 * batch, 4], nodes,
         {k: v for k, v in constants.items() if k == "s" or k in inputs.split(" ")})


last = ["", "y"]
lstm("forward", "reshape lstm slice reshape reshape reshape", "t w r b", ["y", "last"])
lstm("full", "reshape lstm slice reshape reshape", "t w r b n h c p", last)
lstm("reverse", "reshape slice lstm slice reshape", "t w r", direction="reverse")
lstm("bidirectional", "reshape lstm slice lstm slice reshape reshape concat",
     "t w r b n h c p", directions=2, direction="bidirectional")
random = earlier
(FOLDER / "expected.txt").write_text("\n".join(expected) + "\n")

# Models that must be refused, each with its own line: errors.txt, written by hand.
bad("bad_softmax", [1, 2, 3], [node("Softmax", "x", "y")], opset=11)
bad("bad_operator", [1, 4], [node("Elu", "x", "y")])
bad("bad_domain", [1, 4], [node("Relu", "x", "y", domain="com.example")])
bad("bad_opset", [1, 4], [node("Relu", "x", "y")], opset=8)
bad("bad_symbolic", ["n", 2, "height", 6], [node("Relu", "x", "y")])
bad("bad_rank", [4], [node("Relu", "x", "y")])
bad("bad_extent", [1, -4], [node("Relu", "x", "y")])
bad("bad_huge", [1, 1 << 40, 1 << 40], [node("Relu", "x", "y")])
bad("bad_undefined", [1, 4], [node("Add", "x z", "y")])
bad("bad_cycle", [1, 4], [node("Add", "x b", "a"), node("Relu", "a", "b"), node("Relu", "b", "y")])
bad("bad_twice", [1, 4], [node("Relu", "x", "y"), node("Tanh", "x", "y")])
# A constant for each of two samples.
bad("bad_constant", [2, 2, 2, 2], [node("Mul", "x w", "y")],
    {"w": np.tile(weights(2, 2, 2), (2, 1, 1, 1))})
bad("bad_weights", IMAGE, [node("Conv", "x w", "y")], {"w": weights(3, 3, 3, 3)})
bad("bad_lstm", [7, 1, 4], [node("LSTM", "x w r", "y", hidden_size=1)],
    {"w": np.ones((1, 4, 4), np.float32), "r": np.ones((1, 4, 1), np.float32)})
bad("bad_lstm_clip", [1, 7, 4], [node("LSTM", "x w r", "y", hidden_size=1, layout=1, clip=3.0)],
    {"w": np.ones((1, 4, 4), np.float32), "r": np.ones((1, 4, 1), np.float32)})
bad("bad_slice", [1, 4], [node("Slice", "x a a b", "y")],
    {"a": np.array([2], I), "b": np.array([1], I)})
bad("bad_split", [1, 4], [helper.make_node("Split", ["x"], ["y", "a", "b"], "n_y", axis=1)])
bad("bad_gather", [1, 4], [node("Gather", "x i", "y", axis=1)], {"i": np.array([0, 4], I)})
bad("bad_transposed", IMAGE, [node("ConvTranspose", "x w", "y", pads=[3, 0, 4, 0])],
    {"w": np.ones((2, 1, 3, 3), np.float32)})
bad("bad_mask", [1, 4], [helper.make_node("Dropout", ["x"], ["d", "m"]), node("Cast", "m", "y", to=1)])
bad("bad_window", IMAGE, [node("Conv", "x w", "y")], {"w": weights(3, 2, 7, 7)})
bad("bad_cast", [1, 4], [node("Cast", "x", "y", to=6)])
bad("bad_reshape", [1, 4], [node("Reshape", "x s", "y")], {"s": np.array([1, 5], I)})
bad("bad_fill", [1, 4], [node("ConstantOfShape", "n", "z"), node("Add", "x z", "y")],
    {"n": np.array([1 << 20, 1 << 20], I)})
bad("bad_doubling", [1, 4],
    [node("Concat", f"c{i} c{i}", f"c{i + 1}", axis=0) for i in range(40)]
    + [node("Add", "x c40", "y")], {"c0": weights(4)})
bad("bad_pooling", IMAGE,
    [node("AveragePool", "x", "y", kernel_shape=[2, 2], strides=[2, 2], pads=[0, 1, 0, 0],
          ceil_mode=1, count_include_pad=1)])
bad("bad_padding", IMAGE, [node("MaxPool", "x", "y", kernel_shape=[2, 2], pads=[2, 0, 0, 0])])
bad("bad_computed_weights", [1, 4], [node("MatMul", "x x", "y")])
bad("bad_computed_shape", [1, 4], [node("Gather", "w x", "y")], {"w": np.ones(4, np.float32)})
bad("bad_folding", [1, 4], [node("Tanh", "c", "t"), node("Add", "x t", "y")], {"c": weights(4)})
bad("bad_axis", [1, 4], [node("Concat", "x x", "y", axis=7)])
bad("bad_pads", [1, 2, 4], [node("Pad", "x p", "y")], {"p": np.array([0, 0, -1, 0, 0, 0], I)})
bad("bad_stride", IMAGE, [node("MaxPool", "x", "y", kernel_shape=[2, 2], strides=[0, 1])])
bad("bad_output", [1, 4], [node("Relu", "x", "y")], output="z")
save("nan", model([1, 4], [node("Mul", "x w", "y")], {"w": np.array([1, np.nan, 2, 3], np.float32)}))
bad("bad_identity", [1, 4], [node("Identity", "x", "y")])
two = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 4]) for n in "xz"]
bad("bad_inputs", [1, 4], [node("Add", "x z", "y")], inputs=two)
branch = helper.make_graph([node("Relu", "x", "r")], "branch", [], [two[0]])
bad("bad_subgraph", [1, 4], [node("If", "c", "y", then_branch=branch, else_branch=branch)],
    {"c": np.array(True)})
made = model([1, 4], [node("Mul", "x w", "y")], {"w": weights(4)})
made.graph.initializer[0].dims[0] = 5
save("bad_size", made)
made.graph.initializer[0].dims[:] = [1 << 31, 1 << 31, 1 << 31, 0]
save("bad_overflow", made)
made.graph.initializer[0].dims[:] = [4]
made.graph.initializer.append(made.graph.initializer[0])
save("bad_duplicate", made)


def external(name, **fields):
    made = model([1, 4], [node("Mul", "x w", "y")], {"w": np.arange(4, dtype=np.float32)})
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in fields.items():
        tensor.external_data.add(key=key, value=str(value))
    save(name, made)


(FOLDER / "external.bin").write_bytes(b"head" + np.arange(4, dtype=np.float32).tobytes())
external("external", location="external.bin", offset=4, length=16)
external("bad_external_bounds", location="external.bin", offset=8, length=16)
external("bad_external_escape", location="../onnx/external.bin", offset=4, length=16)
external("bad_external_missing", location="nowhere.bin", offset=4, length=16)
