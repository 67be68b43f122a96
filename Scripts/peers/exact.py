"""A matrix product in exact 16-bit saturating accumulators: ours against apytypes and hls4ml, per product."""
import ctypes
import pathlib
import subprocess
import tempfile
from importlib.metadata import version

import numpy as np

import onnxruntime_models as models
from convolutions import path_shares
from pairing import paired, timed
from table import Row

NAME = "exact"
ROWS, DEPTH, COLUMNS = 196, 256, 256
# Rows that the slower programs do; the ratio is per product.
PART = 8

# The dense layer of hls4ml as its own generated projects call it: every sum is stored in the accumulator type.
DENSE = """
#include "ap_fixed.h"
#include "nnet_utils/nnet_dense.h"
typedef ap_fixed<16, 16, AP_TRN, AP_SAT> accum;
struct config : nnet::dense_config {
  static const unsigned n_in = %(depth)d, n_out = %(columns)d, reuse_factor = 1, multiplier_limit = 1;
  typedef accum accum_t; typedef accum bias_t; typedef ap_fixed<8, 8> weight_t;
  template <class X, class W> using product = nnet::product::mult<X, W>;
};
static ap_fixed<8, 8> weights[config::n_in * config::n_out];
static accum biases[config::n_out], result[config::n_out];
static ap_fixed<9, 9> data[config::n_in];
extern "C" void load(const int *w) { for (unsigned i = 0; i < config::n_in * config::n_out; i++) weights[i] = w[i]; }
extern "C" void dense(const int *x, int rows, int *y) {
  for (int row = 0; row < rows; row++) {
    for (unsigned i = 0; i < config::n_in; i++) data[i] = x[row * config::n_in + i];
    nnet::dense_latency<ap_fixed<9, 9>, accum, config>(data, result, weights, biases);
    for (unsigned i = 0; i < config::n_out; i++) y[row * config::n_out + i] = result[i].to_int();
  }
}
"""


def with_apytypes(x, w):
    """Step by step: its accumulator context (0.5.1) does not saturate the sums of a product."""
    import apytypes
    codes = apytypes.APyFixedArray.from_float(x.astype(float), int_bits=9, frac_bits=0)
    weights = apytypes.APyFixedArray.from_float(w.astype(float), int_bits=8, frac_bits=0)
    zero = apytypes.APyFixedArray.from_float(np.zeros((len(x), w.shape[1])), int_bits=16, frac_bits=0)

    def run():
        sums = zero
        for k in range(len(w)):
            sums = (sums + codes[:, k:k + 1] * weights[k:k + 1, :]).cast(
                int_bits=16, frac_bits=0, overflow=apytypes.OverflowMode.SAT)
        return sums

    return run, lambda: run().to_numpy()


def with_hls4ml(x, w, folder):
    import importlib.util
    home = pathlib.Path(importlib.util.find_spec("hls4ml").origin).parent / "templates/vivado"
    source = folder / "dense.cpp"
    source.write_text(DENSE % {"depth": DEPTH, "columns": COLUMNS})
    library = folder / "dense.so"
    subprocess.run(["g++", "-O3", "-fPIC", "-shared", "-std=c++11", f"-I{home}", f"-I{home}/ap_types", source,
                    "-o", library], check=True, capture_output=True, text=True)
    dense = ctypes.CDLL(str(library))
    codes, weights = x.astype(np.int32).copy(), w.astype(np.int32).copy()
    sums = np.zeros((len(x), w.shape[1]), np.int32)
    pointer = lambda array: array.ctypes.data_as(ctypes.c_void_p)  # noqa: E731
    dense.load(pointer(weights))
    return (lambda: dense.dense(pointer(codes), len(codes), pointer(sums))), (lambda: sums)


def rows(ours, pairs, wanted=""):
    model = models.convolution(DEPTH, COLUMNS, 14, kernel=1, bias=False)
    codes = models.relu_codes((1, DEPTH, 14, 14))
    constants = {t.name: models.numpy_helper.to_array(t) for t in model.graph.initializer}
    x = codes[0].reshape(DEPTH, -1).T.astype(np.int64)[:PART]
    w = constants["w"].reshape(COLUMNS, DEPTH).T.astype(np.int64)
    expected = np.zeros((PART, COLUMNS), np.int64)
    for k in range(DEPTH):
        expected = np.clip(expected + x[:, k, None] * w[k], -(1 << 15), (1 << 15) - 1)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        path = models.workload(folder, "product", model, codes)
        ours.prepare("product", "network", network=path, arithmetic="ort-vnni",
                     accumulator="16:saturate", statistics="fast")
        figures = ours.figures("product")
        mine = np.array(ours.outputs("product", folder / "out.json")[0]).reshape(COLUMNS, -1).T[:PART]
        factor = np.float32(constants["x_scale"] * constants["w_scale"][0] / constants["y_scale"])
        wanted_codes = np.clip(np.rint(expected.astype(np.float32) * factor) + 128, 0, 255)
        equal = np.array_equal(mine, wanted_codes)
        for name, made in (("apytypes", lambda: with_apytypes(x, w)),
                           ("hls4ml", lambda: with_hls4ml(x, w, folder))):
            if wanted and wanted not in name:
                continue
            work = f"{ROWS}x{DEPTH}x{COLUMNS} product, 16-bit saturating, against {name}"
            command = f"Scripts/peers/run.py --only exact --case {name}"
            try:
                run, sums = made()
            except Exception as error:
                reason = getattr(error, "stderr", None) or error
                yield Row(work, ">= 500x", name, command, note=f"not run: {str(reason)[-300:]}")
                continue
            run()
            same = equal and np.array_equal(np.asarray(sums()).astype(np.int64), expected)
            scaled = timed(run)
            result = paired(ours.seconds("product"),
                            lambda n: [seconds * ROWS / PART for seconds in scaled(n)], pairs)
            yield Row.of(
                result, "GMAC/s", ROWS * DEPTH * COLUMNS / 1e9, work=work, bar=">= 500x",
                peer=f"{name} {version(name)}", command=command,
                note=f"{PART} rows there, per product; sums {'equal' if same else 'DIFFER'}; {path_shares(figures)}")
