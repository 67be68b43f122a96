"""The self-test of check_vectors.py: its array code against plain Python integers, one product at a time.

Run it with `python3 Scripts/check_vectors.py --self-test`.
"""

import contextlib
import io
import json
import math
import random
import shutil
from fractions import Fraction

import numpy as np

import check_vectors

FLAVOURS = ("gemmlowp", "single", "float", "shift", "floor")


def stored(value, bits, overflow):
    if overflow == "unlimited":
        return value
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    if overflow == "saturate":
        return min(max(value, low), high)
    if overflow == "saturate-symmetric":
        return min(max(value, -high), high)
    if overflow == "saturate-to-zero":
        return value if low <= value <= high else 0
    if overflow == "wrap-sign-magnitude":
        # AMD UG1399: the lowest lost bit becomes the sign, and inverts the others where that changes it.
        digits = [value >> i & 1 for i in range(bits + 1)]
        if digits[bits] != digits[bits - 1]:
            digits = [1 - digit for digit in digits]
        return sum(digit << i for i, digit in enumerate(digits[: bits - 1])) - (digits[bits - 1] << (bits - 1))
    while value < low:
        value += 2**bits
    while value > high:
        value -= 2**bits
    return value


def cast(value, drop, mode):
    """value / 2^drop as an integer, with the rounding modes of ap_fixed."""
    exact = Fraction(value) / Fraction(2) ** drop
    if mode == "TRN":
        return math.floor(exact)
    if mode == "TRN_ZERO":
        return math.trunc(exact)
    if exact - math.floor(exact) != Fraction(1, 2):
        return round(exact)
    down, up = math.floor(exact), math.ceil(exact)
    toward, away = (down, up) if exact > 0 else (up, down)
    return {"RND": up, "RND_MIN_INF": down, "RND_ZERO": toward, "RND_INF": away, "RND_CONV": round(exact)}[mode]


def toward_zero(numerator, denominator):
    quotient = abs(numerator) // denominator
    return quotient if numerator >= 0 else -quotient


def gemmlowp(acc, m, e):
    """As TFLite writes it: C division in SRDHM, a threshold in RDBP."""
    product = acc * 2 ** max(e, 0) * m
    high = toward_zero(product + (2**30 if product >= 0 else 1 - 2**30), 2**31)
    places = max(-e, 0)
    remainder = high % 2**places
    threshold = (2**places - 1) // 2 + (1 if high < 0 else 0)
    return high // 2**places + (1 if remainder > threshold else 0)


def rescaled(acc, layer, c):
    flavour = layer["requantization"]
    if flavour == "float":
        exact = Fraction(float(np.float32(acc))) * Fraction(float(np.float32(layer["floatMultipliers"][c])))
        # float32 times float32 is exact in double; one rounding to float32, then half even.
        return round(Fraction(float(np.float32(float(exact)))))
    m, e = layer["multipliers"][c], layer["shifts"][c]
    if flavour == "gemmlowp":
        return gemmlowp(acc, m, e)
    scaled = Fraction(acc * m) * Fraction(2) ** (e - 31)
    return math.floor(scaled + Fraction(1, 2)) if flavour == "single" else math.floor(scaled)


def single_rounded(acc, m, e):
    return math.floor(Fraction(acc * m) * Fraction(2) ** (e - 31) + Fraction(1, 2))


def to_single(number):
    """The float32 nearest to a fraction, through bits: 24 of them, half even."""
    if number == 0:
        return Fraction(0)
    exponent = math.frexp(float(abs(number)))[1] - 24
    return Fraction(round(number / Fraction(2) ** exponent)) * Fraction(2) ** exponent


def sum_in_float(first, operator, second, layer):
    """ONNX Runtime's sum of a code and an offset, or the difference, less the output's zero point."""
    if operator == "sub":
        s1, s2, s = (to_single(Fraction(v)) for v in layer["inputScales"] + [layer["outputScale"]])
        real = to_single(to_single((first + 3) * s1) + to_single(second * s2))
        return round(to_single(real / s))
    f1, f2 = (Fraction(f) for f in layer["inputFloatMultipliers"])
    total = to_single(f1 * first + Fraction(layer["floatStart"]))
    return round(to_single(f2 * (second + 5) + total)) - layer["outputZeroPoint"]


def naive(x, weights, bias, layer, groups):
    """The accumulators and codes of one sample by loops."""
    outputs, kh, kw, depth = weights.shape
    (sy, sx), (top, left, bottom, right), (dy, dx) = layer["strides"], layer["pads"], layer["dilations"]
    h, w, _ = x.shape
    uy, ux = layer["upsampling"]
    oh = ((h - 1) * uy + 1 + top + bottom - dy * (kh - 1) - 1) // sy + 1
    ow = ((w - 1) * ux + 1 + left + right - dx * (kw - 1) - 1) // sx + 1
    order = [(a, b, c) for a in range(kh) for b in range(kw) for c in range(depth)]
    if layer["order"] == "channel-major":
        order = [(a, b, c) for c in range(depth) for a in range(kh) for b in range(kw)]
    bits, overflow, lanes = layer["accumulatorBits"], layer["overflow"], layer.get("lanes", 1)
    last = layer.get("outerAccumulatorBits", bits), layer.get("outerOverflow", overflow)
    tile, drops, mode = layer.get("tile"), layer.get("castDroppedBits"), layer.get("castRounding")
    accumulators = np.zeros((oh, ow, outputs), np.int64)
    codes = np.zeros((oh, ow, outputs), np.int64)
    for y in range(oh):
        for q in range(ow):
            for o in range(outputs):
                acc = outer = 0
                term = (cast(int(bias[o]), drops[o], mode) if drops else int(bias[o])) + layer["preload"][o]
                term = stored(term, *last) if drops else term
                if layer["biasPosition"] == "first":
                    acc = outer = stored(term, *last)
                if layer["order"] == "mapping":
                    products = []
                    for ky, kx, c in order:
                        row, column = y * sy + ky * dy - top, q * sx + kx * dx - left
                        inside = row % uy == column % ux == 0 and 0 <= row // uy < h and 0 <= column // ux < w
                        value = x[row // uy, column // ux, o // (outputs // groups) * depth + c] if inside else 0
                        products.append((int(value) - layer["inputZeroPoints"][0]) * int(weights[o, ky, kx, c]) if inside else None)
                    acc = naive_mapped(products, term, layer, drops[o] if drops else None)
                    accumulators[y, q, o] = acc
                    code = rescaled(acc, layer, o) + layer["outputZeroPoint"]
                    codes[y, q, o] = min(max(code, layer["clamp"][0]), layer["clamp"][1])
                    continue
                if tile:
                    acc = 0
                for start in range(0, len(order), lanes):
                    total = 0
                    if tile and start and start % tile == 0:
                        outer, acc = stored(outer + acc, *last), 0
                    for ky, kx, c in order[start : start + lanes]:
                        row, column = y * sy + ky * dy - top, q * sx + kx * dx - left
                        if row % uy == column % ux == 0 and 0 <= row // uy < h and 0 <= column // ux < w:
                            value = int(x[row // uy, column // ux, o // (outputs // groups) * depth + c])
                            product = (value - layer["inputZeroPoints"][0]) * int(weights[o, ky, kx, c])
                            total += stored(cast(product, drops[o], mode), bits, overflow) if drops else product
                    acc = stored(acc + total, bits, overflow)
                acc = stored(outer + acc, *last) if tile else acc
                if layer["biasPosition"] == "last":
                    acc = stored(acc + term, *last)
                accumulators[y, q, o] = acc
                code = rescaled(acc, layer, o) + layer["outputZeroPoint"]
                codes[y, q, o] = min(max(code, layer["clamp"][0]), layer["clamp"][1])
    return accumulators, codes


def naive_mapped(products, bias, layer, drops):
    """One sum in the order of a mapping, by recursion: `products` in (ky, kx, ic), None in the padding."""
    bits, overflow, mode = layer["accumulatorBits"], layer["overflow"], layer.get("castRounding")
    last = layer.get("outerAccumulatorBits", bits), layer.get("outerOverflow", overflow)
    top = max(layer["ends"]) // 2
    position = 0

    def term(level):
        """The next exact sum of products (level 0) or of contents, and what is complete behind it."""
        nonlocal position
        total = 0
        while True:
            if level == 0:
                value, end = products[layer["places"][position]] or 0, layer["ends"][position]
                total += stored(cast(value, drops, mode), bits, overflow) if drops is not None else value
                position += 1
            else:
                value, end = content(level - 1)
                total += value
            if end > 2 * level:
                return total, end

    def content(level):
        """What a register holds when it is cleared, or at the end."""
        acc = stored(bias, *last) if level == top and layer["biasPosition"] == "first" else 0
        while True:
            value, end = term(level)
            acc = stored(acc + value, *(last if level == top else (bits, overflow)))
            if level == top:
                for j in range(layer["spills"][position - 1]):
                    acc = stored(acc, layer["storageBits"][j], layer["storageOverflow"][j])
            if end > 2 * level + 1 or position == len(products):
                return acc, end

    acc = content(top)[0]
    return stored(acc + bias, *last) if layer["biasPosition"] == "last" else acc


def random_linear(rng, index):
    """A random layer of products: its description and arrays."""
    operator = rng.choice(["conv", "conv", "depthwise", "fc"])
    flavour = FLAVOURS[index % len(FLAVOURS)]
    kernel = (1, 1) if operator == "fc" else (rng.randint(1, 3), rng.randint(1, 3))
    dilations = [rng.randint(1, 2), rng.randint(1, 2)]
    pads = [0] * 4 if operator == "fc" else [rng.randint(0, kernel[i % 2] - 1) for i in range(4)]
    spans = [dilations[i] * (kernel[i] - 1) + 1 for i in (0, 1)]
    size = (1, 1) if operator == "fc" else tuple(spans[i] + rng.randint(0, 3) for i in (0, 1))
    groups = rng.choice([1, 1, 2]) if operator == "conv" else 1
    depth = rng.randint(1, 4)
    channels = depth * groups
    outputs = groups * rng.randint(1, 3)
    if operator == "depthwise":
        groups, depth = channels, 1
        outputs = channels * rng.randint(1, 2)
    layer = {
        "index": index, "name": f"case{index}", "operator": operator, "kernel": list(kernel),
        "strides": [1, 1] if operator == "fc" else [rng.randint(1, 2), rng.randint(1, 2)],
        "pads": pads, "dilations": dilations, "groups": groups,
        "inputZeroPoints": [rng.randint(0, 255)], "outputZeroPoint": rng.randint(0, 255),
        "accumulatorBits": rng.choice([8, 12, 14, 16, 20, 32]),
        "overflow": rng.choice(["wrap", "saturate", "unlimited"]), "requantization": flavour,
        "order": rng.choice(["kernel-major", "channel-major"]), "lanes": rng.choice([1, 1, 2, 3, 8]),
        "biasPosition": rng.choice(["first", "last"]), "clamp": [0, 255], "preload": [0] * outputs,
        "upsampling": [1, 1],
    }  # fmt: skip
    if operator == "conv" and rng.random() < 0.3:
        layer["upsampling"] = [rng.randint(1, 3), rng.randint(1, 3)]
    policies = ["wrap", "saturate", "saturate-to-zero", "saturate-symmetric", "wrap-sign-magnitude"]
    if rng.random() < 0.2:
        layer["overflow"] = rng.choice(policies)
    if rng.random() < 0.2:
        layer["tile"] = layer["lanes"] * rng.randint(1, 4)
        layer["outerAccumulatorBits"], layer["outerOverflow"] = rng.choice([10, 16, 24]), rng.choice(policies)
    if rng.random() < 0.3:
        count, top = kernel[0] * kernel[1] * depth, rng.choice([1, 1, 3, 5])
        layer["order"], layer["places"] = "mapping", rng.sample(range(count), count)
        layer["ends"] = [rng.randint(0, top) for _ in range(count - 1)] + [top]
        layer["spills"] = [rng.randint(0, 2) if end == top else 0 for end in layer["ends"][:-1]] + [0]
        layer["storageBits"], layer["storageOverflow"] = [12, 10], ["saturate", "wrap"]
        del layer["lanes"]
        layer.pop("tile", None)
    if rng.random() < 0.2:
        layer["castDroppedBits"] = [rng.randint(-2, 8) for _ in range(outputs)]
        layer["castRounding"] = rng.choice(["TRN", "TRN_ZERO", "RND", "RND_ZERO", "RND_INF", "RND_MIN_INF", "RND_CONV"])
    if flavour == "float":
        layer["floatMultipliers"] = [float(np.float32(rng.uniform(1e-4, 0.05))) for _ in range(outputs)]
    elif flavour == "shift":
        shifts = [rng.randint(1, 10) for _ in range(outputs)]
        layer["multipliers"], layer["shifts"] = [1], [31 - n for n in shifts]
        layer["preload"] = [1 << (n - 1) for n in shifts]
        layer["biasPosition"] = "first"
        layer["multipliers"] = [1] * outputs
    elif flavour == "floor":
        layer["multipliers"] = [rng.randint(128, 511) for _ in range(outputs)]
        layer["shifts"] = [31 - rng.randint(8, 20) for _ in range(outputs)]
    else:
        layer["multipliers"] = [rng.randint(2**30, 2**31 - 1) for _ in range(outputs)]
        layer["shifts"] = [rng.randint(-10, 1) for _ in range(outputs)]
    x = np.array([rng.randint(0, 255) for _ in range(2 * size[0] * size[1] * channels)])
    x = x.reshape(2, *size, channels)
    weights = np.array([rng.randint(-127, 127) for _ in range(outputs * kernel[0] * kernel[1] * depth)])
    weights = weights.reshape(outputs, *kernel, depth)
    bias = np.array([rng.randint(-5000, 5000) for _ in range(outputs)])
    return layer, x, weights, bias


def save(folder, layer, **arrays):
    layer["files"] = {}
    for key, value in arrays.items():
        values = value if isinstance(value, list) else [value]
        names = []
        for i, array in enumerate(values):
            names.append(f"{layer['index']:03d}-{layer['name']}.{key}{i}.npy")
            np.save(folder / names[-1], array)
        layer["files"][key] = names if isinstance(value, list) else names[0]
    return layer


def pools_and_sums(rng, folder, index):
    """Pools, sums, products, tables and a concatenation, computed by loops over integers."""
    layers = []
    x = np.array([rng.randint(0, 255) for _ in range(4 * 5 * 2)]).reshape(1, 4, 5, 2)
    for operator, counts in (("maxpool", False), ("avgpool", False), ("avgpool", True)):
        out = np.zeros((1, 3, 3, 2), np.int64)
        for y in range(3):
            for q in range(3):
                for c in range(2):
                    window = [
                        int(x[0, r, s, c]) if 0 <= r < 4 and 0 <= s < 5 else None
                        for r in (2 * y - 1, 2 * y) for s in (2 * q - 1, 2 * q)
                    ]  # fmt: skip
                    seen = [v for v in window if v is not None]
                    if counts:
                        seen = [7 if v is None else v for v in window]
                    mean = math.floor(Fraction(sum(seen), len(seen)) + Fraction(1, 2))
                    out[0, y, q, c] = max(seen) if operator == "maxpool" else mean
        layer = {
            "index": index + len(layers), "name": operator, "operator": operator, "kernel": [2, 2],
            "strides": [2, 2], "pads": [1, 1, 1, 1], "inputZeroPoints": [7], "outputZeroPoint": 7,
            "countsPadding": counts, "clamp": [0, 255],
        }  # fmt: skip
        layers.append(save(folder, layer, inputs=[x], output=out))
    a, b = (np.array([rng.randint(-128, 127) for _ in range(24)]).reshape(1, 2, 3, 4) for _ in "ab")
    for operator in ("add", "sub", "mul"):
        flavours = ("gemmlowp", "float") if operator == "mul" else ("tflite", "tflite-single", "xnnpack", "float")
        for flavour in flavours:
            layer = {
                "index": index + len(layers), "name": operator, "operator": operator,
                "requantization": flavour, "addition": flavour, "inputZeroPoints": [-3, 5], "outputZeroPoint": 2,
                "inputFactors": [1468006, 943718], "rightShift": 21, "floatStart": float(np.float32(6.35)),
                "inputScales": [0.35, 0.225], "outputScale": 0.5,
                "clamp": [-128, 127], "leftShift": 20, "inputMultipliers": [1 << 30, 1717986918],
                "inputShifts": [0, -1], "outputMultiplier": 1932735283, "outputShift": -18,
                "inputFloatMultipliers": [float(np.float32(0.7)), float(np.float32(0.45))],
                "multipliers": [1288490189], "shifts": [-5], "floatMultipliers": [float(np.float32(0.01875))],
            }  # fmt: skip
            out = []
            for p, q in zip(a.ravel(), b.ravel()):
                p, q = int(p) + 3, int(q) - 5
                if operator == "mul":
                    value = rescaled(p * q, layer, 0)
                else:
                    q = -q if operator == "sub" else q
                    if flavour == "float":
                        value = sum_in_float(p - 3, operator, q, layer)
                    elif flavour == "xnnpack":
                        n1, n2 = layer["inputFactors"]
                        value = math.floor(Fraction(p * n1 + q * n2, 2 ** layer["rightShift"]) + Fraction(1, 2))
                    else:
                        scaled = gemmlowp if flavour == "tflite" else single_rounded
                        one = scaled(p * 2**20, layer["inputMultipliers"][0], layer["inputShifts"][0])
                        two = scaled(q * 2**20, layer["inputMultipliers"][1], layer["inputShifts"][1])
                        value = scaled(one + two, layer["outputMultiplier"], layer["outputShift"])
                out.append(min(max(value + 2, -128), 127))
            layers.append(save(folder, layer, inputs=[a, b], output=np.array(out).reshape(a.shape)))
    table = np.array([rng.randint(-128, 127) for _ in range(256)])
    mapped = np.array([table[int(v) + 128] for v in a.ravel()]).reshape(a.shape)
    layer = {"index": index + len(layers), "name": "table", "operator": "activation", "tableLowest": -128}
    layers.append(save(folder, layer, inputs=[a], table=table, output=mapped))
    layer = {"index": index + len(layers), "name": "concat", "operator": "concat", "tableLowest": [-128, -128]}
    identity = np.arange(-128, 128)
    both = np.concatenate([mapped, b], axis=3)
    layers.append(save(folder, layer, inputs=[a, b], tables=[table, identity], output=both))
    layers.append({"index": index + len(layers), "name": "softmax", "operator": "softmax", "files": {}})
    return layers


def movements(rng, folder, index):
    """A reshape each way, a transposition and a border of images [samples, h, w, c], place by place."""
    n, h, w, c = 2, 2, 3, 4
    x = np.array([rng.randint(0, 255) for _ in range(n * h * w * c)]).reshape(n, h, w, c)
    flat = np.zeros((n, c * h * w), np.int64)
    turned = np.zeros((n, w, c, h), np.int64)  # ONNX [1, h, w, c], stored [w, c, h]
    bordered = np.full((n, h + 1, w + 2, c), 9)
    for i in range(n):
        for y in range(h):
            for q in range(w):
                for k in range(c):
                    code = x[i, y, q, k]
                    flat[i, (k * h + y) * w + q] = code
                    turned[i, q, k, y] = code
                    bordered[i, y + 1, q + 2, k] = code
    cases = [
        ("reshape", x, flat, {}),
        ("reshape", flat, x, {}),
        ("reshape", flat, flat.reshape(n, 4, 3, 2), {"onnxShapes": [[1, 24], [4, 3, 2]]}),
        ("transpose", x, turned, {"onnxAxes": [0, 2, 3, 1]}),
        ("pad", x, bordered, {"onnxBefore": [0, 0, 1, 2], "onnxAfter": [0] * 4, "borderCode": 9}),
    ]
    layers = []
    for operator, given, result, keys in cases:
        layer = {
            "index": index + len(layers), "name": operator, "operator": operator,
            "outputShape": list(result.shape), **keys,
        }  # fmt: skip
        layers.append(save(folder, layer, inputs=[given], output=result))
    return layers


def operations(rng, folder, index):
    """The operations beside layers of products, element by element."""
    layers = []

    def add(operation, inputs, output, arrays=None, **keys):
        layer = {
            "index": index + len(layers), "name": operation, "operator": "operator", "operation": operation,
            "inputZeroPoints": [3, -2], "outputZeroPoint": 1, "clamp": [-100, 90], **keys,
        }  # fmt: skip
        layers.append(save(folder, layer, inputs=inputs, output=np.array(output), **(arrays or {})))

    def codes(*shape):
        return np.array([rng.randint(-128, 127) for _ in range(math.prod(shape))]).reshape(shape)

    def clamped(value):
        return min(max(value + 1, -100), 90)

    one = {"requantization": "gemmlowp", "multipliers": [1181116006], "shifts": [-5]}
    x = codes(2, 3, 4, 5)
    add("requantize", [x], [clamped(gemmlowp(int(v) - 3, 1181116006, -5)) for v in x.ravel()], **one)
    for flavour in ("ruy", "reduced16"):
        out = []
        for v in x.ravel():
            if flavour == "ruy":
                high = gemmlowp(int(v) - 3, 1181116006, 0)
                out.append(clamped(math.floor(Fraction(high, 32) + Fraction(1, 2))))
            else:
                scaled = Fraction((int(v) - 3) * ((1181116006 + 2**15) >> 16), 2**20)
                out.append(clamped(math.floor(scaled + Fraction(1, 2))))
        add("requantize", [x], out, **one | {"requantization": flavour})
    sides = {"multipliers": [1717986918, -1288490189], "shifts": [0, -2]}
    out = [int(v) - 3 for v in x.ravel()]
    out = [clamped(gemmlowp(v, 1717986918, 0) if v >= 0 else gemmlowp(v, -1288490189, -2)) for v in out]
    add("leakyRelu", [x], out, **sides)
    y = codes(2, 3, 4, 5)
    for operation, choose in (("maximum", max), ("minimum", min)):
        pairs = zip(x.ravel(), y.ravel())
        add(operation, [x, y], [clamped(choose(int(a) - 3, int(b) + 2)) for a, b in pairs])
    # [3, 4] or [4, 3] swapped, times [2 groups, 4, 5] stored as they are: the first broadcasts.
    for swaps in (False, True):
        a, b = codes(2, 4, 3) if swaps else codes(2, 3, 4), codes(2, 2, 4, 5)
        out = np.zeros((2, 2, 3, 5), np.int64)
        for n in range(2):
            for g in range(2):
                for r in range(3):
                    for c in range(5):
                        row = a[n, :, r] if swaps else a[n, r]
                        total = sum((int(p) - 3) * (int(q) + 2) for p, q in zip(row, b[n, g, :, c]))
                        out[n, g, r, c] = clamped(gemmlowp(total, 1181116006, -5))
        shapes = [list(a.shape[1:]), [2, 4, 5], [2, 3, 5]]
        keys = {"onnxShapes": shapes, "transposesFirst": swaps, "transposesSecond": False, "sumBits": 32}
        add("matrixProduct", [a, b], out, **one | keys)
    # ONNX [1, 5, 3, 4]: channels 4 and 2, rows 0 and 1, columns backwards.
    out = [[[[x[n, r, c, k] for k in (4, 2)] for c in (3, 2, 1)] for r in (0, 1)] for n in range(2)]
    add("slice", [x], out, onnxBegin=[0, 4, 0, 3], onnxSteps=[1, -2, 1, -1], onnxCounts=[1, 2, 2, 3])
    limits = [[-90, 0, 55], [7], [], [-5, -5], [100, 120]]
    results = [[rng.randint(-120, 120) for _ in range(len(row) + 1)] for row in limits]
    tables = {"thresholds": np.array(sum(limits, [])), "thresholdCodes": np.array(sum(results, []))}
    out = []
    for place, v in enumerate(x.ravel()):
        c = place % 5
        out.append(min(max(results[c][sum(int(v) - 3 >= t for t in limits[c])], -100), 90))
    add("thresholds", [x], out, tables, axis=3, thresholdCounts=[3, 1, 0, 2, 2])
    real = np.array([rng.uniform(-9, 9) for _ in range(12)] + [0.35, np.nan, np.inf, -1e30], np.float32).reshape(2, 8)
    given = [real.view(np.int32)]
    floats = {"inputFormats": ["float32"], "outputScale": float(np.float32(0.1)), "inputScales": [0.25]}
    out = []
    for v in real.ravel():
        # Python rounds halves to even; the quotient is the nearest float32.
        steps = v / np.float32(0.1)
        out.append(-100 if np.isnan(v) else min(max(round(float(steps)) + 1 if np.isfinite(steps) else steps, -100), 90))
    add("quantize", given, np.array(out, np.int64), **floats)
    back = np.array([(int(v) - 3) * 0.25 for v in x.ravel()], np.float32).view(np.int32)
    add("dequantize", [x], back, **floats)
    # The example of the ONNX standard.
    given = [np.array([[0, 2, -3, -2.5, 1.34, 0.5]], np.float32).view(np.int32)]
    add("dynamicQuantize", given, np.array([[153, 255, 0, 26, 221, 179]]) - 153, **floats)
    add("dynamicScale", given, np.array([[0.0196078438]], np.float32).view(np.int32), **floats)
    add("dynamicZeroPoint", given, np.array([[153]]), **floats)
    add("svdf", [x], x)
    return layers


def run(folder):
    """Runs the self-test in a scratch folder, which is removed; returns the exit code."""
    try:
        rng = random.Random(1)
        layers, events = [], 0
        for index in range(300):
            layer, x, weights, bias = random_linear(rng, index)
            results = [naive(sample, weights, bias, layer, layer["groups"]) for sample in x]
            acc, codes = (np.stack(part) for part in zip(*results))
            wide = [naive(sample, weights, bias, layer | {"overflow": "unlimited"}, layer["groups"])[0] for sample in x]
            events += int((np.stack(wide) != acc).any())
            stored_weights = weights.transpose(3, 1, 2, 0) if layer["operator"] == "depthwise" else weights
            arrays = dict(inputs=[x], weights=stored_weights, bias=bias, accumulator=acc, output=codes)
            layers.append(save(folder, layer, **arrays))
        layers += pools_and_sums(rng, folder, len(layers))
        layers += movements(rng, folder, len(layers))
        layers += operations(rng, folder, len(layers))
        (folder / "vectors.json").write_text(json.dumps({"schema": 1, "layers": layers}))
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            code = check_vectors.check(folder)
        lines = text.getvalue().splitlines()
        for line in lines:
            if " FAIL " in line:
                print(line)
        print(f"self-test: {lines[-1]}; {events} of 300 random layers overflowed")
        if code != 0 or events < 30:
            return 1
        # A single wrong code must be found.
        name = folder / layers[0]["files"]["output"]
        spoiled = np.load(name)
        spoiled.flat[0] += 1
        np.save(name, spoiled)
        with contextlib.redirect_stdout(io.StringIO()):
            found = check_vectors.check(folder) == 1
        print("self-test: a wrong code is found" if found else "self-test: a wrong code went unnoticed")
        return 0 if found else 1
    finally:
        shutil.rmtree(folder)
