"""Trains the bundled digits network and writes traces/digits/.

    python3 -m venv venv && venv/bin/pip install numpy scikit-learn onnx
    venv/bin/python Scripts/train_digits.py

Data: scikit-learn's load_digits (1,797 handwritten digits of 8x8 pixels, values 0 to 16), the test
part of "Optical Recognition of Handwritten Digits" (Alpaydin and Kaynak, UCI, CC BY 4.0).
The network is trained with numpy alone: forward, backward and Adam are below. Everything is seeded;
another BLAS may round differently, so the committed files are the reference, not a re-run.

Layout inside this script: images [n, h, w, c], convolution weights [ky, kx, in, out].
"""

import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from sklearn.datasets import load_digits

OUT = pathlib.Path(__file__).resolve().parent.parent / "traces" / "digits"
SEED, EPOCHS, BATCH, RATE, DECAY = 7, 60, 32, 2e-3, 1e-4
TRAIN, CALIBRATION = 1297, 128


class Convolution:
    """A padded 3x3 or a 1x1 convolution, one matrix product a tap."""

    def __init__(self, rng, kernel, inputs, outputs):
        spread = np.sqrt(2 / (kernel * kernel * inputs))
        self.w = rng.normal(0, spread, (kernel, kernel, inputs, outputs)).astype(np.float32)
        self.b = np.zeros(outputs, np.float32)

    def taps(self, height, width):
        for ky in range(self.w.shape[0]):
            for kx in range(self.w.shape[1]):
                yield ky, kx, np.s_[:, ky : ky + height, kx : kx + width]

    def padded(self, x):
        p = self.w.shape[0] // 2
        return np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))

    def forward(self, x):
        self.x = self.padded(x)
        return sum(self.x[tap] @ self.w[ky, kx] for ky, kx, tap in self.taps(*x.shape[1:3])) + self.b

    def backward(self, g):
        flat = g.reshape(-1, g.shape[-1])
        self.dw, self.db = np.empty_like(self.w), flat.sum(0)
        dx = np.zeros_like(self.x)
        for ky, kx, tap in self.taps(*g.shape[1:3]):
            self.dw[ky, kx] = self.x[tap].reshape(-1, self.w.shape[2]).T @ flat
            dx[tap] += g @ self.w[ky, kx].T
        p = self.w.shape[0] // 2
        return dx[:, p : dx.shape[1] - p, p : dx.shape[2] - p]


class Depthwise(Convolution):
    """A padded 3x3 convolution of each channel on its own; weights [ky, kx, channel]."""

    def __init__(self, rng, channels):
        self.w = rng.normal(0, np.sqrt(2 / 9), (3, 3, channels)).astype(np.float32)
        self.b = np.zeros(channels, np.float32)

    def forward(self, x):
        self.x = self.padded(x)
        return sum(self.x[tap] * self.w[ky, kx] for ky, kx, tap in self.taps(*x.shape[1:3])) + self.b

    def backward(self, g):
        self.dw, self.db = np.empty_like(self.w), g.sum((0, 1, 2))
        dx = np.zeros_like(self.x)
        for ky, kx, tap in self.taps(*g.shape[1:3]):
            self.dw[ky, kx] = (self.x[tap] * g).sum((0, 1, 2))
            dx[tap] += g * self.w[ky, kx]
        return dx[:, 1:-1, 1:-1]


class FullyConnected:
    def __init__(self, rng, inputs, outputs):
        self.w = rng.normal(0, np.sqrt(1 / inputs), (inputs, outputs)).astype(np.float32)
        self.b = np.zeros(outputs, np.float32)

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def backward(self, g):
        self.dw, self.db = self.x.T @ g, g.sum(0)
        return g @ self.w.T


class Relu:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, g):
        return g * self.mask


def blocks(x):
    """[n, h, w, c] as [n, h/2, w/2, 4, c]: the four pixels of each 2x2 window."""
    n, h, w, c = x.shape
    return x.reshape(n, h // 2, 2, w // 2, 2, c).transpose(0, 1, 3, 2, 4, 5).reshape(n, h // 2, w // 2, 4, c)


def unblocks(x):
    n, h, w, _, c = x.shape
    return x.reshape(n, h, w, 2, 2, c).transpose(0, 1, 3, 2, 4, 5).reshape(n, 2 * h, 2 * w, c)


class MaxPool:
    def forward(self, x):
        windows = blocks(x)
        self.winner = np.eye(4, dtype=np.float32)[windows.argmax(3)].transpose(0, 1, 2, 4, 3)
        return windows.max(3)

    def backward(self, g):
        return unblocks(self.winner * g[:, :, :, None])


class AveragePool:
    def forward(self, x):
        return blocks(x).mean(3)

    def backward(self, g):
        return unblocks(np.repeat(g[:, :, :, None] / 4, 4, axis=3))


class Flatten:
    """To [n, c * h * w], the order of ONNX."""

    def forward(self, x):
        self.shape = x.shape
        return x.transpose(0, 3, 1, 2).reshape(len(x), -1)

    def backward(self, g):
        n, h, w, c = self.shape
        return g.reshape(n, c, h, w).transpose(0, 2, 3, 1)


class Residual:
    """x + layer(x)"""

    def __init__(self, layer):
        self.layer = layer

    def forward(self, x):
        return x + self.layer.forward(x)

    def backward(self, g):
        return g + self.layer.backward(g)


def build(rng):
    """The layers by name, in order."""
    return {
        "conv1": Convolution(rng, 3, 1, 32), "relu1": Relu(),
        "conv2": Convolution(rng, 3, 32, 32), "relu2": Relu(), "pool1": MaxPool(),
        "depthwise3": Depthwise(rng, 32), "relu3": Relu(),
        "pointwise4": Convolution(rng, 1, 32, 64), "relu4": Relu(),
        "residual5": Residual(Convolution(rng, 3, 64, 64)), "relu5": Relu(),
        "pool2": AveragePool(), "flatten": Flatten(), "fc6": FullyConnected(rng, 256, 10),
    }  # fmt: skip


def parameterised(network):
    layers = {name.replace("residual", "conv"): getattr(l, "layer", l) for name, l in network.items()}
    return {name: layer for name, layer in layers.items() if hasattr(layer, "w")}


def shifted(rng, x):
    """Each image moved by -1, 0 or 1 pixel along both axes, zeros moving in."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    moves = rng.integers(0, 3, (len(x), 2))
    return np.stack([p[dy : dy + 8, dx : dx + 8] for p, (dy, dx) in zip(padded, moves)])


def train(network, x, labels, rng):
    layers = parameterised(network).values()
    state = [[np.zeros_like(p) for p in (l.w, l.b) for _ in "mv"] for l in layers]
    steps, total = 0, EPOCHS * (len(x) // BATCH)
    for epoch in range(EPOCHS):
        order, loss = rng.permutation(len(x)), 0.0
        for start in range(0, len(x) - BATCH + 1, BATCH):
            batch = order[start : start + BATCH]
            y = shifted(rng, x[batch])
            for layer in network.values():
                y = layer.forward(y)
            y = np.exp(y - y.max(1, keepdims=True))
            y /= y.sum(1, keepdims=True)
            loss -= np.log(y[np.arange(BATCH), labels[batch]] + 1e-12).mean()
            g = (y - np.eye(10, dtype=np.float32)[labels[batch]]) / BATCH
            for layer in reversed(network.values()):
                g = layer.backward(g)
            steps += 1
            rate = RATE * 0.5 * (1 + np.cos(np.pi * steps / total))
            rate *= np.sqrt(1 - 0.999**steps) / (1 - 0.9**steps)
            for l, (mw, vw, mb, vb) in zip(layers, state):
                for p, dp, m, v in ((l.w, l.dw, mw, vw), (l.b, l.db, mb, vb)):
                    m += 0.1 * (dp - m)
                    v += 0.001 * (dp * dp - v)
                    p -= rate * m / (np.sqrt(v) + 1e-8)
                l.w -= RATE * DECAY * l.w
        print(f"epoch {epoch + 1:3d}  loss {loss / (len(x) // BATCH):.4f}")


def export(network, path):
    """Writes the network as ONNX; conv1 absorbs the scaling of pixels 0..16 to 0..1."""
    initializers, nodes, layers = [], [], parameterised(network)
    for name, layer in layers.items():
        w = layer.w / 16 if name == "conv1" else layer.w
        if isinstance(layer, Depthwise):
            w = w.transpose(2, 0, 1)[:, None]
        elif isinstance(layer, Convolution):
            w = w.transpose(3, 2, 0, 1)
        else:
            w = w.T
        for suffix, value in (("weight", w), ("bias", layer.b)):
            value = np.ascontiguousarray(value, np.float32)
            initializers.append(numpy_helper.from_array(value, f"{name}.{suffix}"))

    def node(operator, output, *inputs, **attributes):
        nodes.append(helper.make_node(operator, list(inputs), [output], name=output, **attributes))

    def conv(name, source, pad, kernel, groups=1):
        node("Conv", name, source, f"{name}.weight", f"{name}.bias", kernel_shape=[kernel] * 2,
             strides=[1, 1], pads=[pad] * 4, group=groups)  # fmt: skip

    conv("conv1", "image", 1, 3)
    node("Relu", "relu1", "conv1")
    conv("conv2", "relu1", 1, 3)
    node("Relu", "relu2", "conv2")
    node("MaxPool", "pool1", "relu2", kernel_shape=[2, 2], strides=[2, 2])
    conv("depthwise3", "pool1", 1, 3, groups=32)
    node("Relu", "relu3", "depthwise3")
    conv("pointwise4", "relu3", 0, 1)
    node("Relu", "relu4", "pointwise4")
    conv("conv5", "relu4", 1, 3)
    node("Add", "add5", "relu4", "conv5")
    node("Relu", "relu5", "add5")
    node("AveragePool", "pool2", "relu5", kernel_shape=[2, 2], strides=[2, 2])
    node("Flatten", "flatten", "pool2", axis=1)
    node("Gemm", "fc6", "flatten", "fc6.weight", "fc6.bias", transB=1)
    graph = helper.make_graph(
        nodes, "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, 8, 8])],
        [helper.make_tensor_value_info("fc6", TensorProto.FLOAT, [1, 10])],
        initializers,
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def main():
    digits = load_digits()
    images = digits.images.astype(np.uint8)
    labels = digits.target.astype(np.uint8)
    order = np.random.default_rng(SEED).permutation(len(images))
    training, test = order[:TRAIN], order[TRAIN:]

    rng = np.random.default_rng(SEED + 1)
    network = build(rng)
    train(network, (images[training, :, :, None] / 16).astype(np.float32), labels[training], rng)

    OUT.mkdir(parents=True, exist_ok=True)
    export(network, OUT / "network.onnx")
    np.save(OUT / "test_images.npy", images[test][:, None])
    np.save(OUT / "test_labels.npy", labels[test])
    np.save(OUT / "calibration_images.npy", images[training[:CALIBRATION]][:, None])

    # The accuracy of the file just written, by the reference evaluator of ONNX.
    session = ReferenceEvaluator(str(OUT / "network.onnx"))
    for part, name in ((training, "training"), (test, "held-out")):
        logits = session.run(None, {"image": images[part][:, None].astype(np.float32)})[0]
        right = int((logits.argmax(1) == labels[part]).sum())
        print(f"{name}: {right} of {len(part)} right, {100 * right / len(part):.2f} %")


if __name__ == "__main__":
    main()
