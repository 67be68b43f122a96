// The rescaling of accumulator contents to output bytes: `byte = code - lowest code of the format`.
#ifndef CKERNELS_REQUANTIZE_H
#define CKERNELS_REQUANTIZE_H

#include <stdint.h>

// How a content x becomes a number y, before clamp and offset. All but the casts and R1 with a left
// shift are monotone.
enum {
  // R1: h = (int32(x << max(s, 0)) * m + 2^30) >> 31, then `h / 2^max(-s, 0)` to nearest, half away.
  WW_REQUANTIZE_DOUBLE,
  // R2: the same, half up.
  WW_REQUANTIZE_DOUBLE_UP,
  // R3, R5: (x * m + 2^(s-1)) >> s in 64 bits; s = 0 adds nothing.
  WW_REQUANTIZE_ROUND,
  // R6, R7: (x * m) >> s in 64 bits.
  WW_REQUANTIZE_FLOOR,
  // R4: float32(float32(float32(x) * f) + floatStart), half to even.
  WW_REQUANTIZE_FLOAT,
  // R9: the exact product of x with a double, half to even.
  WW_REQUANTIZE_NEAREST,
  // R10: x / 2^s rounded as `rounding` says, in 64 bits; s < 0 shifts left.
  WW_REQUANTIZE_CAST,
  // The number of thresholds u with x > u, or the code of that number.
  WW_REQUANTIZE_COUNT
};

// Everything about a layer's rescaling. Arrays have one entry a channel, and 16 more than there are
// channels, which are read and not used.
typedef struct {
  int32_t kind;
  // byte = min(max(y, low), high) + offset.
  int32_t low, high, offset;
  // The high bits that x = content - correction loses: 32 - P where the register wraps at P bits.
  int32_t lostBits;
  const int32_t *corrections;
  const int32_t *mantissas;  // m, from 0 to 2^31 - 1
  const int32_t *shifts;     // s: -31...31 of DOUBLE, 0...62 of ROUND and FLOOR, -31...62 of CAST
  const float *floats;
  float floatStart;
  const double *doubles;
  // CAST: an `ap_fixed` mode (WW_TRUNCATE ...), a policy (WW_WRAP ...), the bits of the output's format
  // and whether it is signed. With `rectifies` negative x count as 0.
  int32_t rounding, policy, bits, isSigned, rectifies;
  // COUNT: [thresholdCount][thresholdStride], ascending, 2^k - 1 of them (INT32_MAX is never exceeded);
  // `codes` [channels][thresholdCount + 1] are final bytes. Without codes y = number + mantissa.
  const int32_t *thresholds;
  int64_t thresholdStride;
  int32_t thresholdCount;
  const uint8_t *codes;
} ww_requantization;

// Contents [rows][contentStride] to bytes [rows][outStride], the first `channels` of each row.
void ww_requantize(const ww_requantization *r, const int32_t *contents, int64_t contentStride,
                   int64_t rows, int32_t channels, uint8_t *out, int64_t outStride);

#endif
