"""Writes the NumPy files beside this script, which the NumPy tests read.

    python3 make_numpy_fixtures.py

Element i (C order) of every typed array, shape 2x3x4, is:
  bool      1 when i is a multiple of 3
  unsigned  37 i mod 101, but the largest value of the type at i = 23
  signed    37 i mod 101 - 50, but the smallest at i = 0 and the largest at i = 23
  float     (37 i mod 101 - 50) + 0.25
"""

import pathlib
import zipfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent


def typed(code):
    dtype = np.dtype(code)
    i = np.arange(24)
    if dtype.kind == "b":
        values = i % 3 == 0
    elif dtype.kind == "u":
        values = (37 * i % 101).astype(dtype)
        values[23] = np.iinfo(dtype).max
    elif dtype.kind == "i":
        values = (37 * i % 101 - 50).astype(dtype)
        values[0], values[23] = np.iinfo(dtype).min, np.iinfo(dtype).max
    else:
        values = 37 * i % 101 - 50 + 0.25
    return values.astype(dtype).reshape(2, 3, 4)


def main():
    codes = ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]
    arrays = {f"little_{c}": typed("<" + c) for c in codes}
    arrays |= {f"big_{c}": typed(">" + c) for c in codes if c[1] != "1"}
    arrays |= {f"fortran_{c}": np.asfortranarray(typed("<" + c)) for c in ("u1", "i4", "f8")}
    np.savez(HERE / "stored.npz", **arrays)
    np.savez_compressed(HERE / "deflated.npz", **arrays)
    np.savez_compressed(HERE / "single.npz", only=typed("<i2"))
    np.savez_compressed(HERE / "zeros.npz", zeros=np.zeros((300, 1000), np.uint8))
    np.save(HERE / "scalar.npy", np.int16(-7))
    np.save(HERE / "none.npy", np.zeros((0, 5), np.float32))
    np.save(HERE / "fortran.npy", np.asfortranarray(typed(">i2")))
    np.save(HERE / "vector.npy", np.arange(6, dtype=np.int32))
    for version in (1, 2, 3):
        with open(HERE / f"version{version}.npy", "wb") as file:
            np.lib.format.write_array(file, typed("<u2"), version=(version, 0))
    np.save(HERE / "complex.npy", np.zeros(2, np.complex64))
    np.save(HERE / "record.npy", np.zeros(2, [("x", "<i4"), ("y", "<f4")]))
    np.save(HERE / "text.npy", np.array(["a", "bc"]))
    np.save(HERE / "object.npy", np.array([None, 1], object), allow_pickle=True)
    with zipfile.ZipFile(HERE / "bzip2.npz", "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("x.npy", b"x" * 100)


if __name__ == "__main__":
    main()
