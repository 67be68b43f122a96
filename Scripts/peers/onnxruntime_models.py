"""Models and sessions of onnxruntime, and the same models as workloads of ours."""
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

PEER = f"onnxruntime {onnxruntime.__version__}"


def session(model, threads=1):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Threads that spin while the other side has its turn would slow it down.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def convolution(inputs, outputs, size, kernel=3, groups=1, seed=0, bias=True):
    """A QLinearConv, unsigned codes times signed weights, random weights in [-127, 127]."""
    random = np.random.default_rng(seed)
    shape = (outputs, inputs // groups, kernel, kernel)
    constants = {
        "x_scale": np.float32(0.02), "x_zero": np.uint8(0),
        "w": random.integers(-127, 128, shape).astype(np.int8),
        "w_scale": np.full(outputs, 0.01, np.float32), "w_zero": np.zeros(outputs, np.int8),
        "y_scale": np.float32(0.02 * 0.01 * 73 * 28 * np.sqrt(shape[1] * kernel**2) / 40),
        "y_zero": np.uint8(128), "bias": random.integers(-1000, 1000, outputs).astype(np.int32) * bias,
    }
    node = helper.make_node(
        "QLinearConv", ["x", *constants], ["y"], name="convolution", pads=[kernel // 2] * 4,
        group=groups, kernel_shape=[kernel, kernel])
    graph = helper.make_graph(
        [node], "convolution",
        [helper.make_tensor_value_info("x", TensorProto.UINT8, [1, inputs, size, size])],
        [helper.make_tensor_value_info("y", TensorProto.UINT8, [1, outputs, size, size])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return model


def relu_codes(shape, deviation=40, seed=1):
    """Codes as behind a ReLU: the positive part of a normal number, half of them 0."""
    random = np.random.default_rng(seed)
    return np.clip(np.rint(random.normal(0, deviation, shape)), 0, 255).astype(np.uint8)


def on_codes(model):
    """The model with the codes of its first QuantizeLinear as input; that node's scale, zero point too."""
    graph = model.graph
    first = next(node for node in graph.node if graph.input[0].name in node.input)
    if first.op_type != "QuantizeLinear":
        raise RuntimeError(f"the input of the network is read by {first.op_type}, not QuantizeLinear")
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    scale, zero = values[first.input[1]], values[first.input[2]]
    graph.input[0].name = first.output[0]
    graph.input[0].type.tensor_type.elem_type = helper.np_dtype_to_tensor_dtype(zero.dtype)
    graph.node.remove(first)
    return model, float(scale), int(zero)


def batched(model, size):
    """The model for `size` samples at once: the batch of inputs, outputs and of reshapes that name it."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    del model.graph.value_info[:]
    for value in [*model.graph.input, *model.graph.output]:
        value.type.tensor_type.shape.dim[0].dim_value = size
    shapes = {node.input[1] for node in model.graph.node if node.op_type == "Reshape"}
    for tensor in model.graph.initializer:
        if tensor.name in shapes:
            shape = numpy_helper.to_array(tensor).copy()
            shape[0] = size
            tensor.CopyFrom(numpy_helper.from_array(shape, tensor.name))
    return model


def workload(folder, name, model, codes):
    """Writes a model and its input codes as a workload of ours."""
    onnx.save(model, folder / f"{name}.onnx")
    np.save(folder / f"{name}.npy", codes)
    path = folder / f"{name}.yaml"
    path.write_text(f"network: {name}.onnx\ninputs: {name}.npy\nlayout: nchw\nencoding: codes\n")
    return path
