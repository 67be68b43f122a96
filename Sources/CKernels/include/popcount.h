// Products of numbers of one or two bits: AND and popcount of planes of bits, 32 products to a word.
//
// A number is lowest + sum of weight[i] * bit i. With x = x0 + sum a_i X_i and w = w0 + sum b_j W_j,
//   sum of x * w = x0 * sum(w) + w0 * sum of a_i |X_i| + sum of a_i b_j |X_i & W_j|,
// which holds for {-1, +1} (one plane each: XNOR and popcount) as for two bits of any meaning.
#ifndef CKERNELS_POPCOUNT_H
#define CKERNELS_POPCOUNT_H

#include <stdint.h>

enum { WW_PLANES = 2, WW_POPCOUNT_BLOCK = 16 };

typedef struct {
  int64_t rows, channels;
  int64_t words;             // of a row of one plane: depth / 32 rounded up
  int32_t xPlanes, wPlanes;  // at most WW_PLANES each
  int32_t xWeights[WW_PLANES], wWeights[WW_PLANES];
  int32_t wLowest;           // w0
  const uint32_t *x;         // [xPlanes][rows][words]
  const uint32_t *w;         // [wPlanes][channels / 16 rounded up][words][16]
  const int32_t *start;      // [channels filled up to 16]: the bias and x0 * sum(w)
} ww_popcount;

// Exact sums, out [rows][channels]; no sum leaves 32 bits. The range of the sums of each channel,
// [channels filled up to 16], is widened.
void ww_popcount_sums(const ww_popcount *product, int32_t *out, int32_t *lowest,
                      int32_t *highest);

// One plane of rows of bytes: bit `bit` of x [rows][stride], the first `depth` of each row, to
// plane [rows][words]. Bits behind the last byte are 0.
void ww_popcount_pack(const uint8_t *x, int64_t rows, int64_t depth, int64_t stride, int32_t bit,
                      uint32_t *plane);

#endif
