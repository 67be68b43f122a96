"""Writes traces/topologies/*.csv, the layer shapes of the classic networks, from the published papers.

    python3 Scripts/make_topologies.py

The format is described in traces/topologies/README.md. Every convolution and fully connected layer has
a bias; a batch normalization behind it is folded into its weights and bias and has no row.
"""

import pathlib

OUT = pathlib.Path(__file__).resolve().parent.parent / "traces" / "topologies"
COLUMNS = (
    "name,kind,inputs,out_channels,kernel_h,kernel_w,stride_h,stride_w,"
    "pad_top,pad_left,pad_bottom,pad_right,groups,activation"
)


class Topology:
    """The rows of one network. `pad` is one number for all sides, or (top, left, bottom, right)."""

    def __init__(self, comment, channels, height, width):
        self.comment = comment
        self.rows = [["image", "input", "", channels, height, width] + [""] * 8]

    def row(self, name, kind, inputs, channels="", kernel=None, stride=1, pad=0, groups="", activation=""):
        pads = (pad,) * 4 if isinstance(pad, int) else pad
        window = ["", "", "", "", "", "", "", ""]
        if kernel is not None:
            height, width = (kernel, kernel) if isinstance(kernel, int) else kernel
            window = [height, width, stride, stride, *pads]
        names = inputs if isinstance(inputs, str) else ";".join(inputs)
        self.rows.append([name, kind, names, channels, *window, groups, activation])
        return name

    def conv(self, name, channels, kernel, stride=1, pad=0, inputs="", groups="", activation="relu"):
        return self.row(name, "conv", inputs, channels, kernel, stride, pad, groups, activation)

    def depthwise(self, name, kernel, stride=1, pad=0, activation="relu"):
        return self.row(name, "depthwise", "", "", kernel, stride, pad, "", activation)

    def fc(self, name, features, activation="relu"):
        return self.row(name, "fc", "", features, activation=activation)

    def maxpool(self, name, kernel, stride, pad=0, inputs=""):
        return self.row(name, "maxpool", inputs, "", kernel, stride, pad)

    def avgpool(self, name, kernel, stride=1, activation=""):
        return self.row(name, "avgpool", "", "", kernel, stride, 0, "", activation)

    def add(self, name, inputs, activation=""):
        return self.row(name, "add", inputs, activation=activation)

    def concat(self, name, inputs):
        return self.row(name, "concat", inputs)

    def write(self, name):
        lines = [f"# {line}" for line in self.comment] + [COLUMNS]
        lines += [",".join(str(cell) for cell in row) for row in self.rows]
        (OUT / f"{name}.csv").write_text("\n".join(lines) + "\n")


def alexnet():
    t = Topology([
        "AlexNet: Krizhevsky, Sutskever, Hinton, ImageNet Classification with Deep Convolutional Neural",
        "Networks, NIPS 2012; one stream with grouped convolutions, the pools after the normalizations as",
        "in Caffe's bvlc_reference model. Local response normalization and dropout have no row.",
    ], 3, 227, 227)  # fmt: skip
    t.conv("conv1", 96, 11, 4)
    t.maxpool("pool1", 3, 2)
    t.conv("conv2", 256, 5, 1, 2, groups=2)
    t.maxpool("pool2", 3, 2)
    t.conv("conv3", 384, 3, 1, 1)
    t.conv("conv4", 384, 3, 1, 1, groups=2)
    t.conv("conv5", 256, 3, 1, 1, groups=2)
    t.maxpool("pool5", 3, 2)
    t.fc("fc6", 4096)
    t.fc("fc7", 4096)
    t.fc("fc8", 1000, "")
    return t


def vgg16():
    t = Topology([
        "VGG-16 (configuration D): Simonyan, Zisserman, Very Deep Convolutional Networks for Large-Scale",
        "Image Recognition, ICLR 2015, table 1.",
    ], 3, 224, 224)  # fmt: skip
    for block, (count, channels) in enumerate([(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)], 1):
        for index in range(1, count + 1):
            t.conv(f"conv{block}_{index}", channels, 3, 1, 1)
        t.maxpool(f"pool{block}", 2, 2)
    t.fc("fc6", 4096)
    t.fc("fc7", 4096)
    t.fc("fc8", 1000, "")
    return t


def all_cnn_c():
    t = Topology([
        "All-CNN-C for CIFAR-10: Springenberg, Dosovitskiy, Brox, Riedmiller, Striving for Simplicity: The",
        "All Convolutional Net, ICLR workshop 2015, tables 1 and 2; conv7 padded to keep 8x8.",
    ], 3, 32, 32)  # fmt: skip
    widths = [(96, 1), (96, 1), (96, 2), (192, 1), (192, 1), (192, 2), (192, 1)]
    for index, (channels, stride) in enumerate(widths, 1):
        t.conv(f"conv{index}", channels, 3, stride, 1)
    t.conv("conv8", 192, 1)
    t.conv("conv9", 10, 1)
    t.avgpool("gap", 8)
    return t


def squeezenet(version):
    first = version == "1.0"
    t = Topology([
        f"SqueezeNet v{version}: Iandola et al., SqueezeNet: AlexNet-level accuracy with 50x fewer parameters,",
        "arXiv 1602.07360, table 1" + (";" if first else "; v1.1 is the later release of the authors;"),
        "pools round up as in Caffe, conv10 without padding, no dropout.",
    ], 3, 227, 227)  # fmt: skip
    if first:
        t.conv("conv1", 96, 7, 2)
        t.maxpool("pool1", 3, 2)
        pools = {4: 0, 8: 0}
    else:
        t.conv("conv1", 64, 3, 2)
        t.maxpool("pool1", 3, 2)
        pools = {3: (0, 0, 1, 1), 5: (0, 0, 1, 1)}
    widths = [(16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256)]
    for fire, (squeeze, expand) in enumerate(widths, 2):
        source = t.conv(f"fire{fire}_squeeze1x1", squeeze, 1)
        parts = [
            t.conv(f"fire{fire}_expand1x1", expand, 1, inputs=source),
            t.conv(f"fire{fire}_expand3x3", expand, 3, 1, 1, inputs=source),
        ]
        t.concat(f"fire{fire}_concat", parts)
        if fire in pools:
            t.maxpool(f"pool{fire}", 3, 2, pools[fire])
    t.conv("conv10", 1000, 1)
    t.avgpool("gap", 13 if first else 14)
    return t


def resnet(depth):
    blocks = {18: (2, 2, 2, 2), 50: (3, 4, 6, 3)}[depth]
    t = Topology([
        f"ResNet-{depth}: He, Zhang, Ren, Sun, Deep Residual Learning for Image Recognition, CVPR 2016, table 1;",
        "projection shortcuts where the shape changes" + (
            "." if depth == 18 else
            "; the stride of a stage in its 3x3 convolution (v1.5)."),
    ], 3, 224, 224)  # fmt: skip
    t.conv("conv1", 64, 7, 2, 3)
    source = t.maxpool("pool1", 3, 2, 1)
    channels = 64
    for stage, count in enumerate(blocks, 1):
        width = 64 * 2 ** (stage - 1)
        outputs = width if depth == 18 else 4 * width
        for index in range(count):
            name = f"l{stage}b{index}"
            stride = 2 if stage > 1 and index == 0 else 1
            if depth == 18:
                t.conv(f"{name}_conv1", width, 3, stride, 1, inputs=source)
                last = t.conv(f"{name}_conv2", width, 3, 1, 1, activation="")
            else:
                t.conv(f"{name}_conv1", width, 1, inputs=source)
                t.conv(f"{name}_conv2", width, 3, stride, 1)
                last = t.conv(f"{name}_conv3", outputs, 1, activation="")
            if stride != 1 or channels != outputs:
                source = t.conv(f"{name}_down", outputs, 1, stride, inputs=source, activation="")
            source = t.add(f"{name}_add", [source, last], "relu")
            channels = outputs
    t.avgpool("gap", 7)
    t.fc("fc", 1000, "")
    return t


def mobilenet_v1(alpha):
    t = Topology([
        f"MobileNet v1, width {alpha}, 224x224: Howard et al., MobileNets: Efficient Convolutional Neural Networks",
        "for Mobile Vision Applications, arXiv 1704.04861, table 1; relu6 and the padding of the TensorFlow",
        "release (SAME: the odd row and column below and to the right).",
    ], 3, 224, 224)  # fmt: skip
    same = {1: 1, 2: (0, 0, 1, 1)}
    t.conv("conv1", int(32 * alpha), 3, 2, same[2], activation="relu6")
    widths = [64, 128, 128, 256, 256] + [512] * 6 + [1024, 1024]
    for index, channels in enumerate(widths, 1):
        stride = 2 if index in (2, 4, 6, 12) else 1
        t.depthwise(f"dw{index}", 3, stride, same[stride], "relu6")
        t.conv(f"pw{index}", int(channels * alpha), 1, activation="relu6")
    t.avgpool("gap", 7)
    t.fc("fc", 1000, "")
    return t


def mobilenet_v2():
    t = Topology([
        "MobileNet v2, width 1.0, 224x224: Sandler, Howard, Zhu, Zhmoginov, Chen, MobileNetV2: Inverted Residuals",
        "and Linear Bottlenecks, CVPR 2018, table 2; symmetric padding.",
    ], 3, 224, 224)  # fmt: skip
    source = t.conv("conv1", 32, 3, 2, 1, activation="relu6")
    channels, block = 32, 0
    settings = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
    for expansion, outputs, count, first_stride in settings:
        for index in range(count):
            stride = first_stride if index == 0 else 1
            if expansion != 1:
                t.conv(f"b{block}_expand", channels * expansion, 1, activation="relu6")
            t.depthwise(f"b{block}_dw", 3, stride, 1, "relu6")
            last = t.conv(f"b{block}_project", outputs, 1, activation="")
            if stride == 1 and channels == outputs:
                last = t.add(f"b{block}_add", [source, last])
            source, channels, block = last, outputs, block + 1
    t.conv("conv_last", 1280, 1, activation="relu6")
    t.avgpool("gap", 7)
    t.fc("fc", 1000, "")
    return t


def googlenet():
    t = Topology([
        "GoogLeNet (Inception v1): Szegedy et al., Going Deeper with Convolutions, CVPR 2015, table 1; pools",
        "round up as in Caffe; no local response normalization, dropout or auxiliary classifiers.",
    ], 3, 224, 224)  # fmt: skip
    up = (0, 0, 1, 1)
    t.conv("conv1", 64, 7, 2, 3)
    t.maxpool("pool1", 3, 2, up)
    t.conv("conv2_reduce", 64, 1)
    t.conv("conv2", 192, 3, 1, 1)
    source = t.maxpool("pool2", 3, 2, up)
    modules = {
        "3a": (64, 96, 128, 16, 32, 32), "3b": (128, 128, 192, 32, 96, 64),
        "4a": (192, 96, 208, 16, 48, 64), "4b": (160, 112, 224, 24, 64, 64),
        "4c": (128, 128, 256, 24, 64, 64), "4d": (112, 144, 288, 32, 64, 64),
        "4e": (256, 160, 320, 32, 128, 128), "5a": (256, 160, 320, 32, 128, 128),
        "5b": (384, 192, 384, 48, 128, 128),
    }  # fmt: skip
    for name, (one, reduce3, three, reduce5, five, projection) in modules.items():
        i = f"i{name}"
        parts = [t.conv(f"{i}_1x1", one, 1, inputs=source)]
        t.conv(f"{i}_3x3r", reduce3, 1, inputs=source)
        parts.append(t.conv(f"{i}_3x3", three, 3, 1, 1))
        t.conv(f"{i}_5x5r", reduce5, 1, inputs=source)
        parts.append(t.conv(f"{i}_5x5", five, 5, 1, 2))
        t.maxpool(f"{i}_pool", 3, 1, 1, inputs=source)
        parts.append(t.conv(f"{i}_poolproj", projection, 1))
        source = t.concat(f"{i}_concat", parts)
        if name in ("3b", "4e"):
            source = t.maxpool(f"pool{name[0]}", 3, 2, up)
    t.avgpool("gap", 7)
    t.fc("fc", 1000, "")
    return t


def tiny_yolo_v2():
    t = Topology([
        "Tiny YOLO v2 for Pascal VOC, 416x416: Redmon, Farhadi, YOLO9000: Better, Faster, Stronger, CVPR 2017,",
        "and the authors' yolov2-tiny-voc configuration; the last pool has stride 1 and keeps 13x13.",
    ], 3, 416, 416)  # fmt: skip
    for index, channels in enumerate([16, 32, 64, 128, 256, 512], 1):
        t.conv(f"conv{index}", channels, 3, 1, 1, activation="leaky-relu")
        t.maxpool(f"pool{index}", 2, 2 if index < 6 else 1, 0 if index < 6 else (0, 0, 1, 1))
    t.conv("conv7", 1024, 3, 1, 1, activation="leaky-relu")
    t.conv("conv8", 1024, 3, 1, 1, activation="leaky-relu")
    t.conv("conv9", 125, 1, activation="")
    return t


def lenet5():
    t = Topology([
        "LeNet-5: LeCun, Bottou, Bengio, Haffner, Gradient-Based Learning Applied to Document Recognition,",
        "Proceedings of the IEEE 86(11), 1998, section II.B; conv3 reads all six maps, pools are plain averages",
        "and the last layer is fully connected, as usual today.",
    ], 1, 32, 32)  # fmt: skip
    t.conv("conv1", 6, 5, activation="tanh")
    t.avgpool("pool2", 2, 2)
    t.conv("conv3", 16, 5, activation="tanh")
    t.avgpool("pool4", 2, 2)
    t.conv("conv5", 120, 5, activation="tanh")
    t.fc("fc6", 84, "tanh")
    t.fc("fc7", 10, "")
    return t


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    alexnet().write("alexnet")
    vgg16().write("vgg16")
    all_cnn_c().write("all-cnn-c")
    squeezenet("1.0").write("squeezenet-v1.0")
    squeezenet("1.1").write("squeezenet-v1.1")
    resnet(18).write("resnet18")
    resnet(50).write("resnet50")
    mobilenet_v1(1.0).write("mobilenet-v1")
    mobilenet_v1(0.25).write("mobilenet-v1-0.25")
    mobilenet_v2().write("mobilenet-v2")
    googlenet().write("googlenet")
    tiny_yolo_v2().write("tiny-yolo-v2")
    lenet5().write("lenet5")


if __name__ == "__main__":
    main()
