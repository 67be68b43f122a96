"""The operators that check_vectors.py recomputes: one function each, of a layer's description and its arrays."""
import numpy as np

from vectors_arithmetic import (
    BadInput, accumulate, double_rounded, each, finish, narrow, rescale, shifted, taps, without_bits, wrapped)


def linear(layer, files):
    """The accumulators and output codes of conv, depthwise, fc and affine."""
    weights = files.array("weights")
    operator = layer["operator"]
    per_channel = operator in ("depthwise", "affine")
    if per_channel and layer.get("weightLayout", "1hwc") == "1hwc":
        weights = weights.transpose(3, 1, 2, 0)
    if weights.ndim == 2:
        weights = weights[:, None, None, :]
    zeros = np.array(each(layer.get("weightZeroPoints") or 0, weights.shape[0]), np.int64)
    weights = weights - zeros[:, None, None, None]
    corrected = layer.get("zeroPoint", "subtracted") == "corrected"
    zero = layer["inputZeroPoints"][0] - layer["inputLowest"] if corrected else 0
    x = files.array("inputs") - (layer["inputLowest"] if corrected else layer["inputZeroPoints"][0])
    if operator == "fc":
        x = x.reshape(x.shape[0], -1, 1, weights.shape[3])
    elif x.ndim == 2:
        x = x[:, None, None, :]
    outputs = weights.shape[0]
    bias = files.array("bias") if files.has("bias") else np.zeros(outputs, np.int64)
    if "castDroppedBits" in layer:
        parts = zip(bias, each(layer["castDroppedBits"], outputs))
        bias = np.array([without_bits(b, drop, layer["castRounding"]) for b, drop in parts], np.int64)
    bias = bias + np.array(each(layer.get("preload", 0), outputs), np.int64)
    groups = layer.get("groups", x.shape[3] if per_channel else 1)
    # One sample at a time, so that the taps of a large layer fit in memory.
    acc = np.concatenate([accumulate(x[i : i + 1], weights, bias, layer, groups, zero) for i in range(len(x))])
    if corrected:
        acc = acc - zero * weights.sum((1, 2, 3))
        last = "outerAccumulatorBits", "outerOverflow"
        bits, overflow = (layer.get(key, layer[one]) for key, one in zip(last, ("accumulatorBits", "overflow")))
        acc = narrow(acc, bits, overflow) if overflow == "wrap" else acc
    stage = layer.get("outputStage")
    if stage == "accumulator":
        return acc, np.clip(acc, *layer["clamp"])
    if stage == "thresholds":
        return acc, counted(acc, -1, layer, files)
    return acc, finish(rescale(acc, layer), layer)


def pool(layer, files):
    x = files.array("inputs")
    zero = layer["inputZeroPoints"][0]
    values, inside = taps(x, layer["kernel"], layer)
    count = inside.sum(-1)[None, ..., None]
    mask = inside[None, ..., None]
    if layer["operator"] == "maxpool":
        value = np.where(mask, values, np.iinfo(np.int64).min).max(3)
    else:
        total = (values * mask).sum(3)
        area = inside.shape[-1]
        divisor = np.maximum(count, 1)
        if layer.get("countsPadding", False):
            total, divisor = total + (area - count) * zero, np.full_like(count, area)
        value = average(layer, total, divisor, values, mask)
    value = np.where(count == 0, zero, value)
    low, high = layer["clamp"]
    return np.clip(value, low, high)


def average(layer, total, divisor, values, mask):
    """The means of the codes under the taps."""
    rounding = layer.get("averageRounding", "half-away")
    if rounding == "half-away":
        half = divisor // 2
        return np.where(total > 0, (total + half) // divisor, -((half - total) // divisor))
    if rounding == "truncate":
        return np.sign(total) * (abs(total) // divisor)
    if rounding != "half-even":
        raise BadInput(f"averageRounding '{rounding}' is not known")
    single = np.float32
    sx, sy = single(layer["inputScales"][0]), single(layer["outputScale"])
    zx, zy = layer["inputZeroPoints"][0], layer["outputZeroPoint"]
    count = divisor.astype(single)
    if not any(layer.get("pads", [0] * 4)) and list(layer["kernel"]) == list(layer["inputShapes"][0][1:3]):
        return np.rint((total - divisor * zx).astype(single) * (sx / (sy * count))).astype(np.int64) + zy
    real = np.zeros(total.shape, single)
    for tap in range(values.shape[3]):
        real += np.where(mask[:, :, :, tap], sx * (values[:, :, :, tap] - zx).astype(single), single(0))
    return np.rint(real / count / sy + single(zy)).astype(np.int64)


def binary(layer, files):
    first, second = (files.array("inputs", i) - layer["inputZeroPoints"][i] for i in (0, 1))
    single, zero = np.float32, layer["outputZeroPoint"]
    if layer["operator"] == "mul":
        if layer.get("roundsWithZeroPoint", False):
            product = (first * second).astype(single) * single(layer["floatMultipliers"][0])
            return finish(np.rint(product + single(zero)).astype(np.int64) - zero, layer)
        return finish(rescale((first * second)[..., None], layer)[..., 0], layer)
    subtracts, addition = layer["operator"] == "sub", layer.get("addition", "tflite")
    if addition == "float" and subtracts:
        s1, s2 = (single(scale) for scale in layer["inputScales"])
        real = first.astype(single) * s1 - second.astype(single) * s2
        return finish(np.rint(real / single(layer["outputScale"])).astype(np.int64), layer)
    if addition == "float":
        # Products and sums of 80 bits are exact here, so that one rounding to 32 remains of each.
        wide = np.longdouble
        f1, f2 = (wide(single(f)) for f in layer["inputFloatMultipliers"])
        x1, x2 = (x + z for x, z in zip((first, second), layer["inputZeroPoints"]))
        total = (f1 * x1 + wide(single(layer["floatStart"]))).astype(single)
        total = (f2 * x2 + total.astype(wide)).astype(single)
        return finish(np.rint(total).astype(np.int64) - zero, layer)
    second = -second if subtracts else second
    if addition == "xnnpack":
        (n1, n2), right = layer["inputFactors"], layer["rightShift"]
        return finish((first * n1 + second * n2 + ((1 << right) >> 1)) >> right, layer)
    if addition not in ("tflite", "tflite-single"):
        raise BadInput(f"addition '{addition}' is not known")

    def scaled(value, m, e):
        if addition == "tflite":
            return double_rounded(value, m, e)
        return shifted(value, m, 31 - e, 1 << (30 - e) if e < 31 else 0)

    left, m, e = layer["leftShift"], layer["inputMultipliers"], layer["inputShifts"]
    total = scaled(first << left, m[0], e[0]) + scaled(second << left, m[1], e[1])
    return finish(scaled(total, layer["outputMultiplier"], layer["outputShift"]), layer)


def concatenation(layer, files):
    parts = []
    for i in range(len(layer["files"]["inputs"])):
        part = files.array("inputs", i)
        if files.has("tables"):
            part = files.array("tables", i)[part - layer["tableLowest"][i]]
        parts.append(part)
    return np.concatenate(parts, axis=layer.get("axis", -1))


def onnx_order(array, rank=None):
    """[samples, *ONNX axes] of a stored array; `rank` ONNX axes, of which storage leaves out a leading 1."""
    extents = list(array.shape[1:])
    rank = len(extents) + 1 if rank is None else rank
    array = array.reshape(len(array), *[1] * (rank - len(extents)), *extents)
    return array.transpose(0, 1, 4, 2, 3) if rank == 4 else array


def stored_order(array):
    """The codes of an array [samples, *ONNX axes] as they are stored."""
    return array.transpose(0, 1, 3, 4, 2) if array.ndim == 5 else array


def moved(layer, files):
    """reshape, transpose and pad."""
    x = files.array("inputs")
    if layer["operator"] == "transpose":
        axes = layer["onnxAxes"]
        return stored_order(onnx_order(x, len(axes)).transpose(0, *(axis + 1 for axis in axes)))
    if layer["operator"] == "pad":
        before, after = layer["onnxBefore"], layer["onnxAfter"]
        widths = [(0, 0), *zip(before, after)]
        border = layer["borderCode"]
        return stored_order(np.pad(onnx_order(x, len(before)), widths, constant_values=border))
    ranks = [len(shape) for shape in layer.get("onnxShapes", [])] or [None, None]
    samples, *extents = layer["outputShape"]
    # The shape of the output with the channels where ONNX has them.
    target = onnx_order(np.empty([1, *extents], bool), ranks[1]).shape[1:]
    return stored_order(onnx_order(x, ranks[0]).reshape(samples, *target))


# Operations.


def rescaled(acc, layer):
    """finish(R(acc)) with one multiplier for all elements."""
    acc = acc + each(layer.get("preload", 0), 1)[0]
    return finish(rescale(acc[..., None], layer)[..., 0], layer)


def matrix_product(layer, files):
    ranks = [len(shape) for shape in layer["onnxShapes"]]
    operands = []
    for i, swaps in enumerate(("transposesFirst", "transposesSecond")):
        x = onnx_order(files.array("inputs", i), ranks[i]) - layer["inputZeroPoints"][i]
        x = x.swapaxes(-1, -2) if layer[swaps] else x
        operands.append(x.reshape(len(x), *[1] * (max(ranks[:2]) - ranks[i]), *x.shape[1:]))
    acc = operands[0] @ operands[1]
    return stored_order(rescaled(wrapped(acc) if layer["sumBits"] == 32 else acc, layer))


def leaky_relu(layer, files):
    x = files.array("inputs") - layer["inputZeroPoints"][0]
    (m0, m1), (e0, e1) = layer["multipliers"], layer["shifts"]
    return finish(np.where(x >= 0, double_rounded(x, m0, e0), double_rounded(x, m1, e1)), layer)


def extremes(layer, files):
    first, second = (files.array("inputs", i) - layer["inputZeroPoints"][i] for i in (0, 1))
    larger = layer["operation"] == "maximum"
    return finish((np.maximum if larger else np.minimum)(first, second), layer)


def thresholds(layer, files):
    return counted(files.array("inputs") - layer["inputZeroPoints"][0], layer["axis"], layer, files)


def counted(x, axis, layer, files):
    """The codes of numbers by the thresholds that they reach."""
    counts = layer["thresholdCounts"]
    limits, codes = files.array("thresholds"), files.array("thresholdCodes")
    channels = np.moveaxis(x, axis, 0) if len(counts) > 1 else x[None]
    if len(channels) != len(counts):
        raise BadInput(f"{len(counts)} threshold tables for {len(channels)} channels")
    result, start = np.empty_like(channels), 0
    for c, count in enumerate(counts):
        own = limits[start : start + count]
        result[c] = codes[start + c :][np.searchsorted(own, channels[c], side="right")]
        start += count
    result = np.moveaxis(result, 0, axis) if len(counts) > 1 else result[0]
    return np.clip(result, *layer["clamp"])


def sliced(layer, files):
    x = onnx_order(files.array("inputs"), len(layer["onnxBegin"]))
    for axis, parts in enumerate(zip(layer["onnxBegin"], layer["onnxSteps"], layer["onnxCounts"])):
        begin, step, count = parts
        x = x.take(begin + np.arange(count) * step, axis=axis + 1)
    return stored_order(x)


def reals(layer, files):
    """The input as float32, from its bit patterns."""
    if layer["inputFormats"][0] != "float32":
        raise BadInput(f"{layer['operation']} of {layer['inputFormats'][0]}")
    return files.array("inputs").astype(np.int32).view(np.float32)


def patterns(values):
    return values.astype(np.float32).view(np.int32).astype(np.int64)


def quantized(values, scale, zero, low, high):
    with np.errstate(invalid="ignore", over="ignore"):
        steps = np.rint(values / np.float32(scale)).astype(np.float64) + zero
    return np.clip(np.where(np.isnan(steps), low, steps), low, high).astype(np.int64)


def dequantized(layer, files):
    offsets = files.array("inputs") - layer["inputZeroPoints"][0]
    return patterns(offsets.astype(np.float32) * np.float32(layer["inputScales"][0]))


def dynamic(layer, files):
    """dynamicQuantize, dynamicScale or dynamicZeroPoint, a sample at a time."""
    results = []
    for values in reals(layer, files):
        low, high = min(np.float32(0), values.min()), max(np.float32(0), values.max())
        scale = (high - low) / np.float32(255) if high > low else np.float32(1)
        zero = int(np.rint(min(np.float32(255), (np.float32(0) - low) / scale)))
        codes = {
            "dynamicQuantize": quantized(values, scale, zero, 0, 255) - zero,
            "dynamicScale": patterns(np.array(scale)),
            "dynamicZeroPoint": np.array(zero),
        }
        results.append(codes[layer["operation"]])
    return np.stack(results)


OPERATIONS = {
    "matrixProduct": matrix_product,
    "maximum": extremes,
    "minimum": extremes,
    "thresholds": thresholds,
    "requantize": lambda layer, files: rescaled(files.array("inputs") - layer["inputZeroPoints"][0], layer),
    "leakyRelu": leaky_relu,
    "quantize": lambda layer, files: quantized(
        reals(layer, files), layer["outputScale"], layer["outputZeroPoint"], *layer["clamp"]
    ),
    "dequantize": dequantized,
    "dynamicQuantize": dynamic,
    "dynamicScale": dynamic,
    "dynamicZeroPoint": dynamic,
    "slice": sliced,
}
