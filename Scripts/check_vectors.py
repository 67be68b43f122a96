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
  upsampling                  [y, x] default 1: zeros between the rows and columns of the image, as a transposed
                              convolution sees it; pads may then be negative to crop
  accumulatorBits, overflow   P and wrap | saturate | unlimited | saturate-to-zero | saturate-symmetric |
                              wrap-sign-magnitude
  order                       kernel-major (ky, kx, ic) | channel-major (ic, ky, kx) | mapping: with the keys
                              places, ends, spills, storageBits, storageOverflow below instead of lanes and tile
  places                      the products in the order of the additions: their places in (ky, kx, ic)
  ends                        after each product, what is complete: 0 nothing; 1 the exact sum of products is added to
                              register 0; 2 register 0 is cleared too, its content joins an exact sum of contents;
                              3 that sum is added to register 1; 4, 5 the same of registers 1 and 2, and so on. The
                              last register (the outer accumulator where one is stated) takes the bias; all others
                              are of accumulatorBits. Padding contributes zero
  spills                      after each product, how many of the storages (storageBits, storageOverflow: one each) the
                              content of the last register passes, one after the other; default none
  lanes                       R: groups of R consecutive places of the full kernel order are summed exactly
                              before each narrow addition. Places in the padding stand in their groups and
                              contribute zero; a group of padding only is no addition. The last group is
                              what remains of the order
  outerAccumulatorBits, outerOverflow, tile   where there are two levels: the accumulator above is added to this one and
                              cleared after every tile products (and the rest); the bias goes here
  zeroPoint, inputLowest      corrected: products are of the codes less inputLowest, the lowest code, those in the padding
                              too, which hold the zero point z; (z - inputLowest) * sum(w) is taken off the final sum,
                              modulo 2^P where it wraps. Default subtracted: products are of the codes less z
  castDroppedBits, castRounding    [o]: each product, and the bias, loses so many bits (negative: gains zeros), rounded
                              as ap_fixed does (TRN, TRN_ZERO, RND, RND_ZERO, RND_INF, RND_MIN_INF, RND_CONV), and is
                              stored in the accumulator's format before it is added. Default: products as they are
  biasPosition                first: the accumulator is narrow(0 + bias + preload) before the products;
                              last: narrow(acc + bias) after them
  outputStage                 accumulator: output = clamp(acc); thresholds: as the operation of that name below, of acc
                              with a table a channel. Without it output = clamp(z + R(acc)):
  requantization              gemmlowp | ruy | single | float | reduced16 | shift | floor | thresholds | cast
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
  cast      acc (at least 0 where the clamp starts at 0) without n bits, outputRounding, stored in outputBits bits,
            outputIsSigned, with outputOverflow

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

import numpy as np

from vectors_arithmetic import BadInput, each
from vectors_operators import OPERATIONS, binary, concatenation, linear, moved, pool


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


def multiplier(real, flavour):
    """The integers that a real multiplier becomes."""
    if flavour in ("shift", "cast"):
        return 1, 31 + round(math.log2(real))
    if flavour == "floor":
        d = min(max(math.ceil(math.log2(256 / real)), 0), 62)
        return math.floor(real * 2.0**d + 0.5), 31 - d
    q, exponent = math.frexp(real)
    mantissa = math.floor(q * 2**31 + 0.5)
    if mantissa == 1 << 31:
        mantissa, exponent = mantissa // 2, exponent + 1
    return (0, 0) if exponent < -31 else (mantissa, exponent)


def derived(layer, channels):
    """What is wrong with the stated multipliers, derived again from the scales; empty when nothing."""
    keys = ("inputScales", "weightScales", "outputScale", "requantization")
    if any(layer.get(key) is None for key in keys):
        return ""
    for c, scale in enumerate(each(layer["weightScales"], channels)):
        real = layer["inputScales"][0] * scale / layer["outputScale"]
        flavour = layer["requantization"]
        if flavour == "thresholds":
            short = float(np.float32(layer["inputScales"][0]) * np.float32(scale)) / layer["outputScale"]
            if each(layer["realMultipliers"], channels)[c] not in (real, short):
                return f"multiplier of channel {c} is not {real!r}"
            continue
        if flavour == "float":
            single = np.float32
            short = single(layer["inputScales"][0]) * single(scale) / single(layer["outputScale"])
            if single(each(layer["floatMultipliers"], channels)[c]) not in (single(real), short):
                return f"multiplier of channel {c} is not float32({real!r})"
            continue
        if "castFractionBits" in layer:
            real = 2.0 ** -layer["castFractionBits"] / layer["outputScale"]
        stated = each(layer["multipliers"], channels)[c], each(layer["shifts"], channels)[c]
        # TFLite multiplies the scales of fully connected layers with one scale in float32 first.
        product = float(np.float32(layer["inputScales"][0]) * np.float32(scale))
        wanted = [multiplier(each_real, flavour) for each_real in (real, product / layer["outputScale"])]
        if stated not in wanted:
            return f"multiplier of channel {c} is {stated}, {wanted[0]} follows from the scales"
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
