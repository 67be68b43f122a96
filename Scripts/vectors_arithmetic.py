"""Narrow accumulators, rescalings and sums of products for check_vectors.py, vectorised with numpy."""
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
    if overflow == "saturate-symmetric":
        return np.clip(acc, -high, high)
    if overflow == "saturate-to-zero":
        return np.where((acc < low) | (acc > high), 0, acc)
    kept = ((acc - low) & ((1 << bits) - 1)) + low
    if overflow == "wrap":
        return kept
    if overflow == "wrap-sign-magnitude":
        return np.where(((acc >> bits) & 1 == 1) == (kept < 0), kept, ~kept)
    raise BadInput(f"overflow '{overflow}' is not known")


def without_bits(value, drop, mode):
    """An array of integers without its last bits, rounded as ap_fixed does; negative drops add zeros."""
    if drop <= 0:
        return value << -drop
    # Sums have 62 bits at most, which 62 dropped bits leave as little of as more do.
    drop = min(drop, 62)
    floor = value >> drop
    rest, half = value - (floor << drop), 1 << (drop - 1)
    above, tie, negative = rest > half, rest == half, value < 0
    up = {
        "TRN": above & False,
        "TRN_ZERO": negative & (rest != 0),
        "RND": above | tie,
        "RND_ZERO": above | (tie & negative),
        "RND_INF": above | (tie & ~negative),
        "RND_MIN_INF": above,
        "RND_CONV": above | (tie & (floor & 1 == 1)),
    }
    return floor + up[mode]


def stored_in(value, bits, signed, overflow):
    """A number in an output format of HLS."""
    if signed:
        return narrow(value, bits, "saturate" if overflow == "unlimited" else overflow)
    high = (1 << bits) - 1
    if overflow in ("wrap", "wrap-sign-magnitude"):
        return value & high
    if overflow == "saturate-to-zero":
        return np.where((value < 0) | (value > high), 0, value)
    return np.clip(value, 0, high)


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
        elif flavour == "cast":
            a = np.maximum(a, 0) if layer["clamp"][0] >= 0 else a
            a = without_bits(a, 31 - e, layer["outputRounding"])
            result[..., c] = stored_in(a, layer["outputBits"], layer["outputIsSigned"], layer["outputOverflow"])
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
    uy, ux = layer.get("upsampling", [1, 1])
    spread_h, spread_w = (h - 1) * uy + 1, (w - 1) * ux + 1
    oh = (spread_h + top + bottom - dy * (kh - 1) - 1) // sy + 1
    ow = (spread_w + left + right - dx * (kw - 1) - 1) // sx + 1
    rows = np.arange(oh)[:, None] * sy + np.arange(kh) * dy - top
    columns = np.arange(ow)[:, None] * sx + np.arange(kw) * dx - left
    row_inside = (rows >= 0) & (rows < spread_h) & (rows % uy == 0)
    column_inside = (columns >= 0) & (columns < spread_w) & (columns % ux == 0)
    inside = row_inside[:, None, :, None] & column_inside[None, :, None, :]
    r, q = (rows // uy).clip(0, h - 1), (columns // ux).clip(0, w - 1)
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
        elif layer["order"] not in ("kernel-major", "mapping"):
            raise BadInput(f"order '{layer['order']}' is not known")
        v = v.reshape(n * oh * ow, area * depth)
        w = w.reshape(share, area * depth)
        b = bias[group * share : (group + 1) * share]
        acc = np.zeros((n * oh * ow, share), np.int64)
        if "tile" in layer or "castDroppedBits" in layer or layer["order"] == "mapping":
            drops = layer.get("castDroppedBits")
            step = mapped if layer["order"] == "mapping" else registers
            acc = step(v, w, b, layer, drops and drops[group * share : (group + 1) * share])
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


def registers(v, w, b, layer, drops):
    """The last accumulators of two levels, or of products that are cast, or of both.

    With two levels the inner accumulator is added and cleared after every tile of products.
    """
    inner_format = layer["accumulatorBits"], layer["overflow"]
    last_format = layer.get("outerAccumulatorBits", inner_format[0]), layer.get("outerOverflow", inner_format[1])
    lanes, tile = layer["lanes"], layer.get("tile")
    mode = layer.get("castRounding")

    def cast(values, format):
        columns = [without_bits(values[:, c], drop, mode) for c, drop in enumerate(drops)]
        return narrow(np.stack(columns, 1), *format)

    def group(k, stop):
        if not drops:
            return v[:, k:stop] @ w[:, k:stop].T
        return sum(cast(v[:, i : i + 1] * w[:, i], inner_format) for i in range(k, stop))

    b = narrow(b[None], *last_format) if drops else b
    acc = np.zeros((len(v), len(w)), np.int64)
    if layer["biasPosition"] == "first":
        acc = narrow(acc + b, *last_format)
    for start in range(0, v.shape[1], tile or v.shape[1]):
        end = min(start + (tile or v.shape[1]), v.shape[1])
        inner = np.zeros_like(acc) if tile else acc
        for k in range(start, end, lanes):
            inner = narrow(inner + group(k, min(k + lanes, end)), *inner_format)
        acc = narrow(acc + inner, *last_format) if tile else inner
    if layer["biasPosition"] == "last":
        acc = narrow(acc + b, *last_format)
    return acc


def mapped(v, w, b, layer, drops):
    """The last accumulators of sums in the order of a mapping: `places` and `ends`, product by product."""
    inner_format = layer["accumulatorBits"], layer["overflow"]
    last_format = layer.get("outerAccumulatorBits", inner_format[0]), layer.get("outerOverflow", inner_format[1])
    places, ends = layer["places"], layer["ends"]
    if sorted(places) != list(range(w.shape[1])) or len(ends) != len(places):
        raise BadInput("places is no permutation of the products, or ends has another length")
    spills = layer.get("spills", [0] * len(places))
    storages = list(zip(layer.get("storageBits", []), layer.get("storageOverflow", [])))
    count = max(ends) // 2 + 1
    formats = [inner_format] * (count - 1) + [last_format]
    mode = layer.get("castRounding")

    def product(place):
        columns = v[:, place : place + 1] * w[:, place]
        parts = [without_bits(columns[:, c], drop, mode) for c, drop in enumerate(drops)]
        return narrow(np.stack(parts, 1), *inner_format)

    zero = np.zeros((len(v), len(w)), np.int64)
    b = narrow(b[None], *last_format) if drops else b
    terms, contents, group = [zero] * count, [zero] * count, []
    if layer["biasPosition"] == "first":
        contents[-1] = narrow(zero + b, *last_format)
    for place, end, passed in zip(places, ends, spills):
        group.append(place)
        if not end:
            continue
        terms[0] = sum(product(p) for p in group) if drops else v[:, group] @ w[:, group].T
        group = []
        for level in range(count):
            if end < 2 * level + 1:
                break
            contents[level] = narrow(contents[level] + terms[level], *formats[level])
            terms[level] = zero
            if end >= 2 * level + 2:
                terms[level + 1] = terms[level + 1] + contents[level]
                contents[level] = zero
        for storage in storages[:passed]:
            contents[-1] = narrow(contents[-1], *storage)
    return narrow(contents[-1] + b, *last_format) if layer["biasPosition"] == "last" else contents[-1]
