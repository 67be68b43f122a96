#include "CKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Vectors never cross a function boundary that is not inlined, so their calling convention is moot.
#pragma clang diagnostic ignored "-Wpsabi"

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

// R1 of 16 numbers under one multiplier.
typedef struct {
  __m512i mantissa, right, mask, threshold;
  // Whether it halves: the larger scale of two inputs is half of what they are measured by.
  int halves;
} doubling;

INLINE TARGET doubling doubling_by(int32_t mantissa, int32_t right) {
  const int32_t mask = (int32_t)((1u << right) - 1);
  return (doubling){_mm512_set1_epi32(mantissa), _mm512_set1_epi32(right),
                    _mm512_set1_epi32(mask), _mm512_set1_epi32(mask >> 1),
                    mantissa == 1 << 30 && right == 0};
}

INLINE TARGET __m512i doubled_512(const doubling *d, __m512i x) {
  const __m512i round = _mm512_set1_epi64(1 << 30);
  const __m512i even = _mm512_add_epi64(_mm512_mul_epi32(x, d->mantissa), round);
  const __m512i above = _mm512_srli_epi64(x, 32);
  const __m512i odd = _mm512_add_epi64(_mm512_mul_epi32(above, d->mantissa), round);
  const __m512i both = _mm512_mask_mov_epi32(_mm512_slli_epi64(odd, 1), 0x5555,
                                             _mm512_srli_epi64(even, 31));
  const __m512i rest = _mm512_and_si512(both, d->mask);
  // The sign is subtracted as -1.
  const __m512i threshold = _mm512_sub_epi32(d->threshold, _mm512_srai_epi32(both, 31));
  const __mmask16 up = _mm512_cmpgt_epi32_mask(rest, threshold);
  const __m512i floor = _mm512_srav_epi32(both, d->right);
  return _mm512_mask_add_epi32(floor, up, floor, _mm512_set1_epi32(1));
}

// An even number halved, or R1 of it.
INLINE TARGET __m512i scaled_input(const doubling *d, __m512i x) {
  return d->halves ? _mm512_srai_epi32(x, 1) : doubled_512(d, x);
}

static TARGET void add_doubled_512(const ww_addition *addition, const uint8_t *first,
                                   const uint8_t *second, uint8_t *out, int64_t count) {
  const doubling d0 = doubling_by(addition->mantissas[0], addition->shifts[0]);
  const doubling d1 = doubling_by(addition->mantissas[1], addition->shifts[1]);
  const doubling d2 = doubling_by(addition->mantissas[2], addition->shifts[2]);
  const __m512i a = _mm512_set1_epi32(addition->zeros[0]);
  const __m512i b = _mm512_set1_epi32(addition->zeros[1]);
  const __m512i low = _mm512_set1_epi32(addition->low), high = _mm512_set1_epi32(addition->high);
  const __m512i offset = _mm512_set1_epi32(addition->offset);
  const int subtracts = addition->sign < 0;
  for (int64_t i = 0; i < count; i += 16) {
    const __mmask16 used = count - i >= 16 ? 0xffff : (__mmask16)((1 << (count - i)) - 1);
    __m512i x = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(used, first + i));
    __m512i y = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(used, second + i));
    x = scaled_input(&d0, _mm512_slli_epi32(_mm512_sub_epi32(x, a), 20));
    y = scaled_input(&d1, _mm512_slli_epi32(_mm512_sub_epi32(y, b), 20));
    __m512i z = subtracts ? _mm512_sub_epi32(x, y) : _mm512_add_epi32(x, y);
    z = _mm512_min_epi32(_mm512_max_epi32(doubled_512(&d2, z), low), high);
    _mm_mask_storeu_epi8(out + i, used, _mm512_cvtepi32_epi8(_mm512_add_epi32(z, offset)));
  }
}
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
#if defined(__x86_64__)
  if (addition->kind == WW_ADD_DOUBLE && ww_dispatch_level() >= WW_AVX512)
    return add_doubled_512(addition, first, second, out, count);
#endif
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
  ww_pool form = *pool;
  if (form.kind == WW_POOL_MAX) {
    // Bounds within the bytes that give the same.
    form.countsPadding = 0;
    const int32_t low = form.low < 0 ? 0 : form.low > 255 ? 255 : form.low;
    const int32_t high = form.high < 0 ? 0 : form.high > 255 ? 255 : form.high;
    form.offset += form.low > 255 ? form.low - 255 : form.high < 0 ? form.high : 0;
    form.low = low;
    form.high = high;
  }
  DISPATCH(pool, &form, image, out);
}
