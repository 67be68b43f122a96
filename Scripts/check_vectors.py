"""Recomputes every layer of `widthwise simulate --vectors DIR` with numpy, from DIR alone.

    python3 Scripts/check_vectors.py DIR          one line a layer; exit 0 equal, 1 different, 65 bad DIR
    python3 Scripts/check_vectors.py --self-test  the vectorised stepping against a naive triple loop

The contract
============

DIR/vectors.json is {"schema": 1, "arithmetic": {...}, "layers": [LAYER, ...]}. File names are relative to
DIR; arrays are .npy of any integer type: activations are codes as stored, zero point included, NHWC with the
samples first ([samples, features] without an image). A LAYER has

  index, name        for the line that is printed
  operator           conv | depthwise | fc | affine | maxpool | avgpool | add | sub | mul | concat |
                     activation | reshape | transpose | pad; any other is listed as skipped
  operation          instead of operator: matrixProduct | maximum | minimum | thresholds | requantize | leakyRelu |
                     quantize | dequantize | dynamicQuantize | dynamicScale | dynamicZeroPoint | slice; any
                     other is listed as skipped
  files              {"inputs": [...], "output": ..., "weights": ..., "bias": ..., "accumulator": ...,
                     "table": ..., "tables": [...]}: those that apply
  inputZeroPoints    one an input                    inputScales, outputScale, weightScales: optional;
  outputZeroPoint    one                             multipliers are derived from them again when given
  clamp              [lowest, highest] output code

conv, depthwise, fc, affine also have
  strides, pads, dilations    [y, x], [top, left, bottom, right], [y, x]; default 1, 0, 1
  groups                      default 1; depthwise and affine: the input channels
  weights                     OHWI; depthwise and affine 1HWC, or OHWI with "weightLayout": "ohwi"
  weightZeroPoints            [o] or one; default 0
  bias                        [o] in units of the accumulator; absent without bias
  preload                     [o] rounding constants added to the bias (shift flavour); default 0
  accumulatorBits, overflow   P and wrap | saturate | unlimited
  order                       kernel-major (ky, kx, ic) | channel-major (ic, ky, kx)
  lanes                       R: groups of R consecutive places of the full kernel order are summed exactly
                              before each narrow addition. Places in the padding stand in their groups and
                              contribute zero; a group of padding only is no addition. The last group is
                              what remains of the order
  outerAccumulatorBits, outerOverflow, tile   where there are two levels: the accumulator above is added to this one and
                              cleared after every tile products (and the rest); the bias goes here
  zeroPoint, inputLowest      corrected: products are of the codes less inputLowest, the lowest code, those in the padding
                              too, which hold the zero point z; (z - inputLowest) * sum(w) is taken off the final sum,
                              modulo 2^P where it wraps. Default subtracted: products are of the codes less z
  biasPosition                first: the accumulator is narrow(0 + bias + preload) before the products;
                              last: narrow(acc + bias) after them
  requantization              gemmlowp | ruy | single | float | reduced16 | shift | floor | thresholds
  multipliers, shifts         [o] or one: integers m and e, the real multiplier being m * 2^(e - 31)
                              (shift: m = 1, e = 31 - n; floor: m = k, e = 31 - d)
  floatMultipliers            [o] or one: the float32 multiplier (float flavour), from the scales in double or in float32
  realMultipliers             [o] or one: the multiplier in double (thresholds flavour)
  accumulator                 int64 NHWC after the last narrow addition, bias included

With acc the accumulator and z the output zero point, output = clamp(z + R(acc)):
  gemmlowp  RDBP(SRDHM(int32(acc << max(e, 0)), m), max(-e, 0)); wide when acc leaves 32 bits
  ruy       as gemmlowp, but the last shift rounds half up
  single    (acc * m + 2^(30 - e)) >> (31 - e)
  reduced16 (acc * r + 2^(14 - e)) >> (15 - e), r = m < 0x7FFF0000 ? (m + 2^15) >> 16 : 0x7FFF
  float     rint(float32(acc) * float32 multiplier), half even
  thresholds rint(acc * multiplier), exact, half even
  shift     acc >> n          floor     (acc * k) >> d

maxpool, avgpool: kernel [h, w], strides, pads, dilations, countsPadding (default false). Average: codes summed
over the valid taps and divided by their number, averageRounding half-away (default) from zero or truncate; when
padding counts it does so as the zero point. half-even, in float32: over a whole image without padding
rint((sum - n zx) * (sx / (sy * n))) + zy; else rint(r / n / sy + zy) with r the sum of sx * (x - zx), tap by tap.
A window without taps gives the zero point.
add, sub: with a, b the codes less their zero points, by addition: tflite (default), G(G(a << leftShift, m1, e1) +-
G(b << leftShift, m2, e2), m, e) with G the gemmlowp rescaling (tflite-single: the single one) and inputMultipliers,
inputShifts, outputMultiplier, outputShift; xnnpack, (a * n1 +- b * n2 + half) >> rightShift with inputFactors;
float, in float32: sums rint(fma(f2, x2, fma(f1, x1, floatStart))) of the codes x with inputFloatMultipliers, zero
point included; differences rint((a * s1 - b * s2) / sy). Inputs broadcast.
mul: R(a * b) with multipliers, shifts or floatMultipliers of one entry; with roundsWithZeroPoint the float flavour is
rint(float32(float32(a * b) * f) + z) in float32.
activation: output = table[code - tableLowest], the clamp included in the table.
concat: files.tables and tableLowest have one entry an input; without tables the codes are copied. axis is that of
the stored array (default: the last).
reshape, transpose, pad: work on ONNX order: a stored image [h, w, c] is [1, c, h, w] there, other values are as
stored; the result is stored again in the same way. reshape: the same codes in ONNX order, as outputShape; its
onnxShapes (of input and output) say which values have four axes (default: those of three stored axes).
transpose: onnxAxes. pad: onnxBefore and onnxAfter an axis, borderCode in the border.

Operations. Values whose format is float32 are int32 arrays of bit patterns; s and z are the scale and zero point.
matrixProduct: in ONNX order (onnxShapes: of both inputs and the output) with the last two axes swapped where
transposesFirst, transposesSecond say so; R of the sums of (a - z)(b - z), wrapped to 32 bits with sumBits 32.
requantize: R(x - z). leakyRelu: gemmlowp of x - z with multipliers[0] from zero up, multipliers[1] below. Both
of them and matrixProduct add preload, if there is one, before R.
maximum, minimum: of codes less their zero points. slice: along axis a of the ONNX order the elements
onnxBegin[a] + i * onnxSteps[a], i < onnxCounts[a]. thresholds: the code number #{t : x - z >= t} of the table of its
channel along axis of the stored array, or of the only table; files.thresholds holds the tables one after the other,
thresholdCounts the thresholds of each, files.thresholdCodes the codes of each, one more.
quantize: rint(x / s) + z in float32, NaN the lowest code. dequantize: float32(x - z) * s. dynamicScale:
(max(0, max x) - min(0, min x)) / 255 of a sample, 1 for zeros; dynamicZeroPoint: rint(-min / scale) within 0 ... 255;
dynamicQuantize: clip(rint(x / scale) + zero point, 0, 255) - zero point; all in float32.
"""

import json
import math
import pathlib
import sys
import tempfile
from fractions import Fraction

import numpy as np


class BadInput(Exception):
    pass


# Narrow accumulators and rescalings, vectorised.


def narrow(acc, bits, overflow):
    """What an accumulator of `bits` bits holds after `acc` is stored."""
    if overflow == "unlimited" or bits >= 64:
        return acc
    low, high = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    if overflow == "saturate":
        return np.clip(acc, low, high)
    if overflow == "wrap":
        return ((acc - low) & ((1 << bits) - 1)) + low
    raise BadInput(f"overflow '{overflow}' is none of wrap, saturate, unlimited")


def each(value, channels):
    """A per-channel list of Python integers; one entry stands for all."""
    values = list(value) if isinstance(value, (list, tuple)) else [value]
    return values * channels if len(values) == 1 else values


def wrapped(value):
    """The low 32 bits in two's complement; of an array or an integer."""
    return ((value & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000


def double_rounded(acc, m, e):
    """R1 on an int64 array."""
    left, right = max(e, 0), max(-e, 0)
    if not acc.size or int(np.abs(acc).max()) < 1 << 31:
        high = (wrapped(acc << left) * m + (1 << 30)) >> 31
    else:
        values = [int(a) << left if abs(a) >= 1 << 31 else wrapped(int(a) << left) for a in acc.ravel()]
        high = np.array([(a * m + (1 << 30)) >> 31 for a in values], dtype=object).reshape(acc.shape)
    mask = (1 << right) - 1
    return ((high >> right) + ((high & mask) > (mask >> 1) + (high < 0))).astype(np.int64)


def shifted(acc, m, places, rounding):
    """(acc * m + rounding) >> places, exact."""
    if not acc.size or int(np.abs(acc).max()) * abs(m) + rounding < 1 << 63:
        wide = acc * np.int64(m) + np.int64(rounding) if m.bit_length() < 63 else None
        if wide is not None and 0 <= places < 64:
            return wide >> places
    exact = [(int(a) * m + rounding) * (1 << -places if places < 0 else 1) >> max(places, 0) for a in acc.ravel()]
    return np.array(exact, dtype=object).reshape(acc.shape)


def rescale(acc, layer):
    """R(acc): the last axis of `acc` is the channel."""
    flavour = layer["requantization"]
    channels = acc.shape[-1]
    result = np.empty(acc.shape, dtype=object)
    if flavour == "float":
        f = np.array(each(layer["floatMultipliers"], channels), np.float64).astype(np.float32)
        product = np.rint(acc.astype(np.float32) * f)
        return np.clip(product.astype(np.float64), -(2.0**62), 2.0**62).astype(np.int64)
    if flavour == "thresholds":
        reals = [Fraction(real) for real in each(layer["realMultipliers"], channels)]
        exact = [[round(int(a) * reals[c]) for c, a in enumerate(row)] for row in acc.reshape(-1, channels)]
        return np.array(exact, dtype=object).reshape(acc.shape)
    for c, (m, e) in enumerate(zip(each(layer["multipliers"], channels), each(layer["shifts"], channels))):
        a = acc[..., c]
        if flavour == "gemmlowp":
            result[..., c] = double_rounded(a, m, e)
        elif flavour == "ruy":
            high, right = double_rounded(a, m, max(e, 0)), max(-e, 0)
            result[..., c] = (high + (1 << right >> 1)) >> right
        elif flavour == "reduced16":
            r = (m + (1 << 15)) >> 16 if m < 0x7FFF0000 else 0x7FFF
            result[..., c] = shifted(a, r, 15 - e, 1 << (14 - e) if e < 15 else 0)
        elif flavour == "single":
            result[..., c] = shifted(a, m, 31 - e, 1 << (30 - e) if e < 31 else 0)
        elif flavour in ("shift", "floor"):
            result[..., c] = shifted(a, m, 31 - e, 0)
        else:
            raise BadInput(f"requantization '{flavour}' is not known")
    return result


def finish(value, layer):
    low, high = layer["clamp"]
    return np.clip(value + layer["outputZeroPoint"], low, high).astype(np.int64)


# Operators.


def taps(x, kernel, layer):
    """The values under each tap and whether it is inside: [n, oh, ow, kh * kw, c] and [oh, ow, kh * kw]."""
    (kh, kw), (sy, sx) = kernel, layer.get("strides", [1, 1])
    (top, left, bottom, right), (dy, dx) = layer.get("pads", [0] * 4), layer.get("dilations", [1, 1])
    n, h, w, c = x.shape
    oh = (h + top + bottom - dy * (kh - 1) - 1) // sy + 1
    ow = (w + left + right - dx * (kw - 1) - 1) // sx + 1
    rows = np.arange(oh)[:, None] * sy + np.arange(kh) * dy - top
    columns = np.arange(ow)[:, None] * sx + np.arange(kw) * dx - left
    inside = ((rows >= 0) & (rows < h))[:, None, :, None] & ((columns >= 0) & (columns < w))[None, :, None, :]
    r, q = rows.clip(0, h - 1), columns.clip(0, w - 1)
    values = x[:, r[:, None, :, None], q[None, :, None, :]]
    return values.reshape(n, oh, ow, kh * kw, c), inside.reshape(oh, ow, kh * kw)


def accumulate(x, weights, bias, layer, groups, border=0):
    """The accumulators of a layer of products: x [n, h, w, c] less its zero point, weights OHWI.

    Places in the padding hold `border`.
    """
    outputs, kh, kw, depth = weights.shape
    bits, overflow, lanes = layer["accumulatorBits"], layer["overflow"], layer.get("lanes", 1)
    values, inside = taps(x, (kh, kw), layer)
    values = np.where(inside[None, ..., None], values, border)
    n, oh, ow, area, _ = values.shape
    result = np.zeros((n, oh, ow, outputs), np.int64)
    share = outputs // groups
    for group in range(groups):
        v = values[..., group * depth : (group + 1) * depth]
        w = weights[group * share : (group + 1) * share].reshape(share, area, depth)
        if layer["order"] == "channel-major":
            v, w = v.swapaxes(-1, -2), w.swapaxes(-1, -2)
        elif layer["order"] != "kernel-major":
            raise BadInput(f"order '{layer['order']}' is not known")
        v = v.reshape(n * oh * ow, area * depth)
        w = w.reshape(share, area * depth)
        b = bias[group * share : (group + 1) * share]
        acc = np.zeros((n * oh * ow, share), np.int64)
        if "tile" in layer:
            acc = two_levels(v, w, b, layer)
            result[..., group * share : (group + 1) * share] = acc.reshape(n, oh, ow, share)
            continue
        if layer["biasPosition"] == "first":
            acc = narrow(acc + b, bits, overflow)
        largest = int(np.abs(v).max(initial=0)) * int(np.abs(w).sum(1).max(initial=0)) + int(np.abs(b).max(initial=0))
        if overflow == "unlimited" and largest < 1 << 53:
            acc += (v.astype(np.float64) @ w.T.astype(np.float64)).astype(np.int64)
        else:
            for k in range(0, area * depth, lanes):
                acc = narrow(acc + v[:, k : k + lanes] @ w[:, k : k + lanes].T, bits, overflow)
        if layer["biasPosition"] == "last":
            acc = narrow(acc + b, bits, overflow)
        result[..., group * share : (group + 1) * share] = acc.reshape(n, oh, ow, share)
    return result


def two_levels(v, w, b, layer):
    """The outer accumulators: the inner one is added and cleared after every tile of products."""
    bits, overflow, lanes, tile = layer["accumulatorBits"], layer["overflow"], layer["lanes"], layer["tile"]
    outer_bits, outer_overflow = layer["outerAccumulatorBits"], layer["outerOverflow"]
    acc = np.zeros((len(v), len(w)), np.int64)
    if layer["biasPosition"] == "first":
        acc = narrow(acc + b, outer_bits, outer_overflow)
    for start in range(0, v.shape[1], tile):
        end = min(start + tile, v.shape[1])
        inner = np.zeros_like(acc)
        for k in range(start, end, lanes):
            stop = min(k + lanes, end)
            inner = narrow(inner + v[:, k:stop] @ w[:, k:stop].T, bits, overflow)
        acc = narrow(acc + inner, outer_bits, outer_overflow)
    if layer["biasPosition"] == "last":
        acc = narrow(acc + b, outer_bits, outer_overflow)
    return acc


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
    bias = bias + np.array(each(layer.get("preload", 0), outputs), np.int64)
    groups = layer.get("groups", x.shape[3] if per_channel else 1)
    # One sample at a time, so that the taps of a large layer fit in memory.
    acc = np.concatenate([accumulate(x[i : i + 1], weights, bias, layer, groups, zero) for i in range(len(x))])
    if corrected:
        acc = acc - zero * weights.sum((1, 2, 3))
        last = "outerAccumulatorBits", "outerOverflow"
        bits, overflow = (layer.get(key, layer[one]) for key, one in zip(last, ("accumulatorBits", "overflow")))
        acc = narrow(acc, bits, overflow) if overflow == "wrap" else acc
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
    x = files.array("inputs") - layer["inputZeroPoints"][0]
    counts = layer["thresholdCounts"]
    limits, codes = files.array("thresholds"), files.array("thresholdCodes")
    channels = np.moveaxis(x, layer["axis"], 0) if len(counts) > 1 else x[None]
    if len(channels) != len(counts):
        raise BadInput(f"{len(counts)} threshold tables for {len(channels)} channels")
    result, start = np.empty_like(channels), 0
    for c, count in enumerate(counts):
        own = limits[start : start + count]
        result[c] = codes[start + c :][np.searchsorted(own, channels[c], side="right")]
        start += count
    result = np.moveaxis(result, 0, layer["axis"]) if len(counts) > 1 else result[0]
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


# One directory.


class Files:
    """The arrays of a layer as int64."""

    def __init__(self, folder, layer):
        self.folder, self.files = folder, layer.get("files", {})

    def has(self, key):
        return self.files.get(key) is not None

    def array(self, key, index=0):
        if not self.has(key):
            raise BadInput(f"files.{key} is missing")
        names = self.files[key]
        name = names if isinstance(names, str) else names[index]
        array = np.load(self.folder / name, allow_pickle=False)
        if array.dtype.kind not in "iu":
            raise BadInput(f"{name} holds {array.dtype}, not integers")
        return array.astype(np.int64)


def derived(layer, channels):
    """What is wrong with the stated multipliers, derived again from the scales; empty when nothing."""
    keys = ("inputScales", "weightScales", "outputScale", "requantization")
    if any(layer.get(key) is None for key in keys):
        return ""
    for c, scale in enumerate(each(layer["weightScales"], channels)):
        real = layer["inputScales"][0] * scale / layer["outputScale"]
        flavour = layer["requantization"]
        if flavour == "thresholds":
            if each(layer["realMultipliers"], channels)[c] != real:
                return f"multiplier of channel {c} is not {real!r}"
            continue
        if flavour == "float":
            single = np.float32
            short = single(layer["inputScales"][0]) * single(scale) / single(layer["outputScale"])
            if single(each(layer["floatMultipliers"], channels)[c]) not in (single(real), short):
                return f"multiplier of channel {c} is not float32({real!r})"
            continue
        m, e = each(layer["multipliers"], channels)[c], each(layer["shifts"], channels)[c]
        if flavour == "shift":
            wanted = (1, 31 + round(math.log2(real)))
        elif flavour == "floor":
            d = min(max(math.ceil(math.log2(256 / real)), 0), 62)
            wanted = (math.floor(real * 2.0**d + 0.5), 31 - d)
        else:
            q, exponent = math.frexp(real)
            mantissa = math.floor(q * 2**31 + 0.5)
            wanted = (mantissa // 2, exponent + 1) if mantissa == 1 << 31 else (mantissa, exponent)
            wanted = (0, 0) if wanted[1] < -31 else wanted
        if (m, e) != wanted:
            return f"multiplier of channel {c} is {(m, e)}, {wanted} follows from the scales"
    return ""


def compared(what, computed, stored):
    """(whether equal, text)"""
    if computed.size != stored.size:
        return False, f"{what} has {stored.size} elements, {computed.size} were computed"
    differing = np.flatnonzero(computed.ravel() != stored.ravel())
    if len(differing) == 0:
        return True, f"{what} equal ({stored.size})"
    place = differing[0]
    return False, (
        f"{what} {len(differing)} differing of {stored.size}, first at {place}: "
        f"stored {stored.ravel()[place]}, computed {computed.ravel()[place]}"
    )


def check_layer(folder, layer):
    """('ok' | 'FAIL' | 'skip', text) for one layer."""
    files, operator = Files(folder, layer), layer["operator"]
    operation = layer.get("operation")
    results = []
    if operation is not None:
        if operation not in OPERATIONS:
            return "skip", f"operation '{operation}' is not recomputed here"
        output = OPERATIONS[operation](layer, files)
    elif operator in ("conv", "depthwise", "fc", "affine"):
        acc, output = linear(layer, files)
        problem = derived(layer, acc.shape[-1])
        if problem:
            results.append((False, problem))
        results.append(compared("accumulator", acc, files.array("accumulator")))
    elif operator in ("maxpool", "avgpool"):
        output = pool(layer, files)
    elif operator in ("add", "sub", "mul"):
        output = binary(layer, files)
    elif operator == "concat":
        output = concatenation(layer, files)
    elif operator == "activation" or (operator != "softmax" and files.has("table")):
        output = files.array("table")[files.array("inputs") - layer["tableLowest"]]
    elif operator in ("reshape", "transpose", "pad"):
        output = moved(layer, files)
    else:
        return "skip", f"operator '{operator}' is not recomputed here"
    results.append(compared("output", output, files.array("output")))
    return ("ok" if all(equal for equal, _ in results) else "FAIL"), ", ".join(text for _, text in results)


def check(folder):
    """Checks a directory; prints a line a layer; returns the exit code."""
    try:
        description = json.loads((folder / "vectors.json").read_text())
        if description.get("schema") != 1:
            raise BadInput(f"schema {description.get('schema')} is not 1")
        layers = description["layers"]
    except (OSError, ValueError, KeyError, BadInput) as error:
        print(f"{folder}/vectors.json: {error}", file=sys.stderr)
        return 65
    counts = {"ok": 0, "FAIL": 0, "skip": 0}
    for layer in layers:
        place = f"{layer.get('index', '?'):>3} {layer.get('name', '?'):<24} {layer.get('operator', '?'):<10}"
        try:
            verdict, text = check_layer(folder, layer)
        except (OSError, KeyError, ValueError, IndexError, TypeError, BadInput) as error:
            print(f"{folder}: layer {layer.get('name')}: {type(error).__name__}: {error}", file=sys.stderr)
            return 65
        counts[verdict] += 1
        print(f"{place} {verdict:<5} {text}")
    print(f"{counts['ok']} layers equal, {counts['FAIL']} differ, {counts['skip']} skipped")
    if not layers:
        print(f"{folder}/vectors.json: there are no layers to check", file=sys.stderr)
        return 65
    return 1 if counts["FAIL"] else 0


def main(arguments):
    if arguments == ["--self-test"]:
        import check_vectors_selftest

        return check_vectors_selftest.run(pathlib.Path(tempfile.mkdtemp()))
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("usage: check_vectors.py DIR | --self-test", file=sys.stderr)
        return 64
    return check(pathlib.Path(arguments[0]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
