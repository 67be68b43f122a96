// The squares of runs of 16 bytes with AVX-512.
#ifndef CKERNELS_SQUARES_PARTS_H
#define CKERNELS_SQUARES_PARTS_H

#if defined(__x86_64__)
#include <immintrin.h>
#include <stdint.h>

#define SQUARES static inline __attribute__((always_inline, target("avx512f,avx512bw,avx512vl,avx512dq")))

// Two runs: the sums of each lie in half of the lanes.
SQUARES __m512i square_32(const uint8_t *x, __m512i zero) {
  const __m512i u = _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)x));
  const __m512i v = _mm512_sub_epi16(u, zero);
  return _mm512_madd_epi16(v, v);
}

// Adds neighbouring lanes of 128 bits: the sums of pairs of `a`, then those of `b`.
SQUARES __m512i pairs(__m512i a, __m512i b) {
  const __m512 x = _mm512_castsi512_ps(a), y = _mm512_castsi512_ps(b);
  return _mm512_add_epi32(_mm512_castps_si512(_mm512_shuffle_ps(x, y, 0x88)),
                          _mm512_castps_si512(_mm512_shuffle_ps(x, y, 0xDD)));
}

// The sums of the squares, less `zero` (16 bits), of 16 runs.
SQUARES __m512i square_runs(const uint8_t *x, __m512i zero) {
  // After the pairs, lane 4 l + v holds a part of vector v: the first run's are those with l of 0 and 1.
  const __m512i first = _mm512_setr_epi32(0, 8, 1, 9, 2, 10, 3, 11, 16, 24, 17, 25, 18, 26, 19, 27);
  const __m512i second = _mm512_setr_epi32(4, 12, 5, 13, 6, 14, 7, 15, 20, 28, 21, 29, 22, 30, 23, 31);
  __m512i half[2];
  for (int i = 0; i < 2; i++) {
    const uint8_t *from = x + 128 * i;
    half[i] = pairs(pairs(square_32(from, zero), square_32(from + 32, zero)),
                    pairs(square_32(from + 64, zero), square_32(from + 96, zero)));
  }
  return _mm512_add_epi32(_mm512_permutex2var_epi32(half[0], first, half[1]),
                          _mm512_permutex2var_epi32(half[0], second, half[1]));
}
#endif

#endif
