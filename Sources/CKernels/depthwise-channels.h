// Vectors of 64 channels for depthwise layers with AVX-512 VNNI.
//
// Four products of a channel lie in one 32-bit lane (a quad), so that one instruction multiplies and
// adds them; weights of zero leave products out, which gives the sums in between. Unpacking bytes
// leaves channel 16 l + 4 j + e in element e of the 128-bit lane l of vector j.
#ifndef CKERNELS_DEPTHWISE_CHANNELS_H
#define CKERNELS_DEPTHWISE_CHANNELS_H

#include <immintrin.h>

#include "depthwise-parts.h"

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))
#define INLINE static inline __attribute__((always_inline)) TARGET

enum { VECTORS = 4 };

typedef struct {
  __m512i v[VECTORS];
} channels64;

INLINE channels64 interleaved(__m512i a, __m512i b, __m512i c, __m512i d) {
  const __m512i lowAB = _mm512_unpacklo_epi8(a, b), highAB = _mm512_unpackhi_epi8(a, b);
  const __m512i lowCD = _mm512_unpacklo_epi8(c, d), highCD = _mm512_unpackhi_epi8(c, d);
  return (channels64){
      {_mm512_unpacklo_epi16(lowAB, lowCD), _mm512_unpackhi_epi16(lowAB, lowCD),
       _mm512_unpacklo_epi16(highAB, highCD), _mm512_unpackhi_epi16(highAB, highCD)}};
}

INLINE channels64 quad(const uint8_t *source, const int64_t *offsets) {
  return interleaved(
      _mm512_loadu_si512(source + offsets[0]), _mm512_loadu_si512(source + offsets[1]),
      _mm512_loadu_si512(source + offsets[2]), _mm512_loadu_si512(source + offsets[3]));
}

// Between the order of channels and that of unpacked bytes; its own inverse.
INLINE channels64 transposed(channels64 a) {
  const __m512i p = _mm512_shuffle_i32x4(a.v[0], a.v[1], 0x44);
  const __m512i q = _mm512_shuffle_i32x4(a.v[2], a.v[3], 0x44);
  const __m512i r = _mm512_shuffle_i32x4(a.v[0], a.v[1], 0xee);
  const __m512i s = _mm512_shuffle_i32x4(a.v[2], a.v[3], 0xee);
  return (channels64){{_mm512_shuffle_i32x4(p, q, 0x88), _mm512_shuffle_i32x4(p, q, 0xdd),
                       _mm512_shuffle_i32x4(r, s, 0x88), _mm512_shuffle_i32x4(r, s, 0xdd)}};
}

INLINE channels64 loaded(const int32_t *numbers) {
  channels64 a;
  for (int j = 0; j < VECTORS; j++) a.v[j] = _mm512_loadu_si512(numbers + 16 * j);
  return transposed(a);
}

INLINE void stored(int32_t *numbers, channels64 a) {
  a = transposed(a);
  for (int j = 0; j < VECTORS; j++) _mm512_storeu_si512(numbers + 16 * j, a.v[j]);
}

// Adds counts in the order of unpacked bytes.
INLINE void add_counts(int64_t *total, channels64 counts) {
  int32_t numbers[WW_DEPTHWISE_BLOCK];
  stored(numbers, counts);
  for (int j = 0; j < WW_DEPTHWISE_BLOCK; j++) total[j] += numbers[j];
}

// The outputs of a row, with only those of the 64 channels that exist.
typedef struct {
  __mmask16 v[VECTORS];
} masks64;

INLINE masks64 masks_of(int64_t channels) {
  const uint64_t mask = channels >= 64 ? ~0ull : (1ull << channels) - 1;
  masks64 masks;
  for (int j = 0; j < VECTORS; j++) masks.v[j] = (__mmask16)(mask >> (16 * j));
  return masks;
}

INLINE void write_out(int32_t *out, channels64 a, masks64 masks) {
  a = transposed(a);
  for (int j = 0; j < VECTORS; j++) _mm512_mask_storeu_epi32(out + 16 * j, masks.v[j], a.v[j]);
}

INLINE channels64 filled(int32_t number) {
  channels64 a;
  for (int j = 0; j < VECTORS; j++) a.v[j] = _mm512_set1_epi32(number);
  return a;
}

INLINE channels64 sum_of(channels64 a, channels64 b) {
  for (int j = 0; j < VECTORS; j++) a.v[j] = _mm512_add_epi32(a.v[j], b.v[j]);
  return a;
}

// Adds the products of a quad.
INLINE channels64 dot(channels64 sum, channels64 x, const __m512i *w) {
  for (int j = 0; j < VECTORS; j++) sum.v[j] = _mm512_dpbusd_epi32(sum.v[j], x.v[j], w[j]);
  return sum;
}

INLINE void widen(channels64 *low, channels64 *high, channels64 a) {
  for (int j = 0; j < VECTORS; j++) {
    low->v[j] = _mm512_min_epi32(low->v[j], a.v[j]);
    high->v[j] = _mm512_max_epi32(high->v[j], a.v[j]);
  }
}

// Adds 1 to the marked numbers. Left to itself, the compiler makes two operations and a spill of it.
INLINE __m512i count_marked(__m512i counts, __mmask16 marks, __m512i one) {
  __asm__("vpaddd %2, %0, %0 %{%1%}" : "+v"(counts) : "Yk"(marks), "v"(one));
  return counts;
}

#endif
