// Element-wise functions and pools of bytes: `byte = code - lowest code of its format`.
#ifndef CKERNELS_ELEMENTWISE_H
#define CKERNELS_ELEMENTWISE_H

#include <stdint.h>

// How a sum or difference of two activations is rescaled, with a = x0 - zeros[0], b = x1 - zeros[1] of
// the bytes x0, x1.
enum {
  // R1 (R3 for SINGLE) thrice: G(G(a << 20, m0) ± G(b << 20, m1), m2).
  WW_ADD_DOUBLE,
  WW_ADD_SINGLE,
  // (a m0 ± b m1 + (2^shifts[0] >> 1)) >> shifts[0]; no sum may leave 32 bits.
  WW_ADD_FIXED,
  // rint(fma(f1, b, fma(f0, a, start))) in float32.
  WW_ADD_FUSED,
  // rint((a f0 - b f1) / f2) in float32, every operation rounded.
  WW_ADD_QUOTIENT
};

typedef struct {
  int32_t kind;
  // 1 for a sum, -1 for a difference (DOUBLE, SINGLE, FIXED).
  int32_t sign;
  int32_t zeros[2];
  // byte = min(max(y, low), high) + offset.
  int32_t low, high, offset;
  int32_t mantissas[3];
  // DOUBLE: 0...31 places to the right; SINGLE: 31...62.
  int32_t shifts[3];
  float floats[3];
  float start;
} ww_addition;

void ww_add_bytes(const ww_addition *addition, const uint8_t *first, const uint8_t *second,
                  uint8_t *out, int64_t count);

// products = (first - zeros[0]) * (second - zeros[1]).
void ww_multiply_bytes(const int32_t zeros[2], const uint8_t *first, const uint8_t *second,
                       int32_t *products, int64_t count);

// out = table[256 * first + second].
void ww_look_up_pairs(const uint8_t *table, const uint8_t *first, const uint8_t *second,
                      uint8_t *out, int64_t count);

// out = table[byte], 256 entries.
void ww_look_up_bytes(const uint8_t *table, const uint8_t *bytes, uint8_t *out, int64_t count);

// codes = byte + lowest, and back.
void ww_codes_of_bytes(const uint8_t *bytes, int32_t lowest, int32_t *codes, int64_t count);
void ww_bytes_of_codes(const int32_t *codes, int32_t lowest, uint8_t *bytes, int64_t count);

// What a pool takes over its window, with x the bytes and s their sum plus `lowest` for each tap.
enum {
  // The largest x.
  WW_POOL_MAX,
  // s / n, half away from zero or towards zero; magnitudes stay below 2^24.
  WW_POOL_HALF_AWAY,
  WW_POOL_TRUNCATE,
  // rint(float32(s - n * zero) * (f0 / (f1 * n))), every operation rounded.
  WW_POOL_REAL,
  // rint((sum of f0 * (x - zero)) / n / f1 + start), every operation rounded, in the order of the taps.
  WW_POOL_REAL_TAPS
};

// Images [height][width][channels]; paddings are left out, or counted as `padding` each with `countsPadding`.
typedef struct {
  int32_t kind, countsPadding;
  int32_t height, width, channels;
  int32_t outputHeight, outputWidth;
  int32_t kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX, padTop, padLeft;
  int32_t lowest, padding, zero;
  float floats[2];
  float start;
  // byte = min(max(y, low), high) + offset; `empty` is the byte of a window without taps.
  int32_t low, high, offset, empty;
} ww_pool;

void ww_pool_bytes(const ww_pool *pool, const uint8_t *image, uint8_t *out);

#endif
