// What the tiles of sums that become output bytes at once share. Of codes.c and narrow.c only.
#ifndef CKERNELS_CODES_TILES_H
#define CKERNELS_CODES_TILES_H

#include "CKernels.h"
#include "requantize-channels.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))

enum { SIDE = 16 };

// Sums [rows][32] of one or two panels to codes, two rows at a time.
INLINE AVX512 void plain_codes(const int32_t *sums, int64_t rows, int panels, const int32_t *start,
                               const ww_requantization *r, int starts, int32_t channel,
                               int32_t channels, int32_t *lowest, int32_t *highest, uint8_t *out,
                               int64_t outStride) {
  const plain_limits limits = limits_of(r);
  const int32_t left = channels - channel;
  const __mmask32 used = left >= 32 ? ~0u : (1u << left) - 1;
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  __m512i first[2], low[2], high[2], y[2][2];
  __m512 factors[2];
  for (int j = 0; j < panels; j++) {
    first[j] = start ? _mm512_loadu_si512(start + SIDE * j) : _mm512_setzero_si512();
    low[j] = _mm512_loadu_si512(lowest + SIDE * j);
    high[j] = _mm512_loadu_si512(highest + SIDE * j);
    factors[j] = _mm512_loadu_ps(r->floats + channel + SIDE * j);
  }
  for (int i = 0; i < 2; i++)
    for (int j = 0; j < 2; j++) y[i][j] = _mm512_setzero_si512();
#define ROWS(COUNT)                                                                     \
  for (int i = 0; i < COUNT; i++)                                                       \
    for (int j = 0; j < panels; j++) {                                                  \
      const __m512i sum =                                                               \
          _mm512_add_epi32(_mm512_loadu_si512(sums + 32 * i + SIDE * j), first[j]);     \
      low[j] = _mm512_min_epi32(low[j], sum);                                           \
      high[j] = _mm512_max_epi32(high[j], sum);                                         \
      y[i][j] = rounded(sum, factors[j], &limits, starts);                              \
    }                                                                                   \
  const __m512i codes = _mm512_permutexvar_epi32(                                       \
      order, packed(y[0][0], y[0][1], y[1][0], y[1][1], &limits));                      \
  _mm256_mask_storeu_epi8(out, used, _mm512_castsi512_si256(codes));                    \
  if (COUNT == 2)                                                                       \
    _mm256_mask_storeu_epi8(out + outStride, used, _mm512_extracti64x4_epi64(codes, 1));
  for (; rows >= 2; rows -= 2, sums += 64, out += 2 * outStride) {
    ROWS(2)
  }
  if (rows) {
    ROWS(1)
  }
#undef ROWS
  for (int j = 0; j < panels; j++) {
    _mm512_storeu_si512(lowest + SIDE * j, low[j]);
    _mm512_storeu_si512(highest + SIDE * j, high[j]);
  }
}

// Adds the start to sums [rows][32].
INLINE AVX512 void add_start(int32_t *sums, int64_t rows, int panels, const int32_t *start,
                          int32_t *lowest, int32_t *highest) {
  for (int j = 0; j < panels; j++) {
    const __m512i first = start ? _mm512_loadu_si512(start + SIDE * j) : _mm512_setzero_si512();
    __m512i low = _mm512_loadu_si512(lowest + SIDE * j);
    __m512i high = _mm512_loadu_si512(highest + SIDE * j);
    for (int64_t row = 0; row < rows; row++) {
      int32_t *place = sums + 32 * row + SIDE * j;
      const __m512i sum = _mm512_add_epi32(_mm512_loadu_si512(place), first);
      low = _mm512_min_epi32(low, sum);
      high = _mm512_max_epi32(high, sum);
      _mm512_storeu_si512(place, sum);
    }
    _mm512_storeu_si512(lowest + SIDE * j, low);
    _mm512_storeu_si512(highest + SIDE * j, high);
  }
}

typedef struct {
  const ww_products *p;
  const int32_t *start;  // or NULL, where sums have it already
  const ww_requantization *r;
  int32_t channels;
  int32_t *lowest, *highest;
  uint8_t *out;
  int64_t outStride;
  int isPlain;
} codes_work;

// Sums [rows][32] of one or two panels to codes.
INLINE AVX512 void codes_of_sums(const codes_work *a, int64_t row, int64_t rows, int32_t panel,
                                 int panels, int32_t *sums) {
  const int32_t channel = SIDE * panel;
  int32_t *lowest = a->lowest + channel, *highest = a->highest + channel;
  const int32_t *start = a->start ? a->start + channel : NULL;
  uint8_t *out = a->out + row * a->outStride + channel;
  if (a->isPlain && a->r->floatStart == 0) {
    plain_codes(sums, rows, panels, start, a->r, 0, channel, a->channels, lowest,
                highest, out, a->outStride);
  } else if (a->isPlain) {
    plain_codes(sums, rows, panels, start, a->r, 1, channel, a->channels, lowest,
                highest, out, a->outStride);
  } else {
    add_start(sums, rows, panels, start, lowest, highest);
    const ww_requantization own = from_channel(a->r, channel);
    const int32_t left = a->channels - channel;
    ww_requantize(&own, sums, 32, rows, left < 32 ? left : 32, out, a->outStride);
  }
}

// Without AMX: rows and panels at a time, whose sums fill the registers.
enum { VNNI_ROWS = 8 };

#endif

#endif
