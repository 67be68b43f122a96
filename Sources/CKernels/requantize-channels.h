// What kernels that rescale sums themselves share.
#ifndef CKERNELS_REQUANTIZE_CHANNELS_H
#define CKERNELS_REQUANTIZE_CHANNELS_H

#include "requantize.h"

// The requantization of the channels from `channel` on.
static inline ww_requantization from_channel(const ww_requantization *r, int64_t channel) {
  ww_requantization own = *r;
  own.corrections += channel;
  own.mantissas += channel;
  own.shifts += channel;
  if (r->kind == WW_REQUANTIZE_FLOAT) own.floats += channel;
  if (r->kind == WW_REQUANTIZE_NEAREST) own.doubles += channel;
  if (r->kind == WW_REQUANTIZE_COUNT) own.thresholds += channel;
  if (own.codes) own.codes += channel * (r->thresholdCount + 1);
  return own;
}

// Whether codes are float32(sum) * factor + start, rounded, that number fits 32 bits whatever the sum,
// and nothing else comes in between.
static inline int is_plain(const ww_requantization *r, int64_t channels) {
  if (r->kind != WW_REQUANTIZE_FLOAT || r->lostBits != 0) return 0;
  int plain = r->floatStart >= -0x1p20f && r->floatStart <= 0x1p20f;
  for (int64_t c = 0; c < channels; c++)
    plain &= (r->corrections[c] == 0) & (r->floats[c] >= -0.5f) & (r->floats[c] <= 0.5f);
  return plain;
}

#if defined(__x86_64__)
#include <immintrin.h>

#define PLAIN                                                                                     \
  static inline __attribute__((                                                                   \
      always_inline, target("avx512f,avx512bw,avx512vl,avx512dq")))

// The limits of codes before the offset, in 16 bits, and what is added before rounding.
typedef struct {
  __m512i low, high, offset;
  __m512 start;
} plain_limits;

PLAIN plain_limits limits_of(const ww_requantization *r) {
  return (plain_limits){_mm512_set1_epi16((short)r->low), _mm512_set1_epi16((short)r->high),
                        _mm512_set1_epi16((short)r->offset), _mm512_set1_ps(r->floatStart)};
}

// `starts` is 0 where the start is 0.
PLAIN __m512i rounded(__m512i sum, __m512 factor, const plain_limits *limits, int starts) {
  __m512 y = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), factor);
  if (starts) y = _mm512_add_ps(y, limits->start);
  return _mm512_cvtps_epi32(y);
}

// Four vectors of numbers to bytes: four of the first, four of the second, ... in each 128-bit lane.
PLAIN __m512i packed(__m512i a, __m512i b, __m512i c, __m512i d, const plain_limits *limits) {
  __m512i first = _mm512_packs_epi32(a, b), second = _mm512_packs_epi32(c, d);
  first = _mm512_min_epi16(_mm512_max_epi16(first, limits->low), limits->high);
  second = _mm512_min_epi16(_mm512_max_epi16(second, limits->low), limits->high);
  return _mm512_packus_epi16(_mm512_add_epi16(first, limits->offset),
                             _mm512_add_epi16(second, limits->offset));
}
#endif

#endif
