#include "CKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Every operation of the float flavours is rounded by itself.
#pragma STDC FP_CONTRACT OFF

#define PASTE2(a, b, c) a##_##b##_##c
#define PASTE(a, b, c) PASTE2(a, b, c)
#define INLINE static inline __attribute__((always_inline))

#define TARGET
#define NAME(f) PASTE(f, elementwise, 0)
#include "elementwise.inc"
#undef NAME
#undef TARGET

#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2,fma")))
#define NAME(f) PASTE(f, elementwise, 1)
#include "elementwise.inc"
#undef NAME
#undef TARGET
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define NAME(f) PASTE(f, elementwise, 2)
#include "elementwise.inc"
#undef NAME
#undef TARGET
#define DISPATCH(f, ...)                                       \
  const int level = ww_dispatch_level();                       \
  if (level >= WW_AVX512) return f##_elementwise_2(__VA_ARGS__); \
  if (level >= WW_AVX2) return f##_elementwise_1(__VA_ARGS__);   \
  f##_elementwise_0(__VA_ARGS__)
#else
#define DISPATCH(f, ...) f##_elementwise_0(__VA_ARGS__)
#endif

void ww_add_bytes(const ww_addition *addition, const uint8_t *first, const uint8_t *second,
                  uint8_t *out, int64_t count) {
  DISPATCH(add, addition, first, second, out, count);
}

void ww_multiply_bytes(const int32_t zeros[2], const uint8_t *first, const uint8_t *second,
                       int32_t *products, int64_t count) {
  DISPATCH(multiply, zeros, first, second, products, count);
}

void ww_look_up_pairs(const uint8_t *table, const uint8_t *first, const uint8_t *second,
                      uint8_t *out, int64_t count) {
  for (int64_t i = 0; i < count; i++) out[i] = table[256 * first[i] + second[i]];
}

#if defined(__x86_64__)
// 128 entries from two registers for each half of the table.
__attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi"))) static int64_t
look_up_512(const uint8_t *table, const uint8_t *bytes, uint8_t *out, int64_t count) {
  const __m512i t0 = _mm512_loadu_si512(table), t1 = _mm512_loadu_si512(table + 64);
  const __m512i t2 = _mm512_loadu_si512(table + 128), t3 = _mm512_loadu_si512(table + 192);
  int64_t i = 0;
  for (; i + 64 <= count; i += 64) {
    const __m512i byte = _mm512_loadu_si512(bytes + i);
    const __m512i low = _mm512_permutex2var_epi8(t0, byte, t1);
    const __m512i high = _mm512_permutex2var_epi8(t2, byte, t3);
    _mm512_storeu_si512(out + i, _mm512_mask_mov_epi8(low, _mm512_movepi8_mask(byte), high));
  }
  return i;
}
#endif

void ww_look_up_bytes(const uint8_t *table, const uint8_t *bytes, uint8_t *out, int64_t count) {
  int64_t i = 0;
#if defined(__x86_64__)
  if (ww_dispatch_level() >= WW_AVX512 && __builtin_cpu_supports("avx512vbmi"))
    i = look_up_512(table, bytes, out, count);
#endif
  for (; i < count; i++) out[i] = table[bytes[i]];
}

void ww_codes_of_bytes(const uint8_t *bytes, int32_t lowest, int32_t *codes, int64_t count) {
  DISPATCH(widen, bytes, lowest, codes, count);
}

void ww_bytes_of_codes(const int32_t *codes, int32_t lowest, uint8_t *bytes, int64_t count) {
  DISPATCH(narrow, codes, lowest, bytes, count);
}

void ww_pool_bytes(const ww_pool *pool, const uint8_t *image, uint8_t *out) {
  DISPATCH(pool, pool, image, out);
}
