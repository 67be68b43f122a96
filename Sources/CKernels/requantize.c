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
#define NAME(f) PASTE(f, requantize, 0)
#include "requantize.inc"
#undef NAME
#undef TARGET

#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2,fma")))
#define NAME(f) PASTE(f, requantize, 1)
#include "requantize.inc"
#undef NAME
#undef TARGET
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define NAME(f) PASTE(f, requantize, 2)
#include "requantize.inc"
#undef NAME

// The parameters of 16 channels in registers; `odd` ones belong to the odd channels, as 64-bit lanes.
typedef struct {
  __m512i correction, mantissa, mantissaOdd, left, right, mask, threshold, away;
  __m512i shift, shiftOdd, half, halfOdd, low, high, offset, lost;
  __m512 factor, start, lowReal, highReal;
  __m512d factorLow, factorHigh, lowWide, highWide;
} lanes;

enum { EVEN_LANES = 0x5555 };

// R1, R2: the upper half of twice the product, then the last bits rounded away.
INLINE TARGET __m512i doubled(const lanes *p, __m512i x) {
  const __m512i round = _mm512_set1_epi64(1 << 30);
  x = _mm512_sllv_epi32(x, p->left);
  __m512i even = _mm512_add_epi64(_mm512_mul_epi32(x, p->mantissa), round);
  __m512i odd = _mm512_srli_epi64(x, 32);
  odd = _mm512_add_epi64(_mm512_mul_epi32(odd, p->mantissaOdd), round);
  const __m512i high = _mm512_mask_srli_epi64(_mm512_slli_epi64(odd, 1), 0, even, 31);
  const __m512i both = _mm512_mask_mov_epi32(high, EVEN_LANES, _mm512_srli_epi64(even, 31));
  const __m512i rest = _mm512_and_si512(both, p->mask);
  const __m512i sign = _mm512_and_si512(_mm512_srli_epi32(both, 31), p->away);
  const __mmask16 up = _mm512_cmpgt_epi32_mask(rest, _mm512_add_epi32(p->threshold, sign));
  const __m512i floor = _mm512_srav_epi32(both, p->right);
  return _mm512_mask_sub_epi32(floor, up, floor, _mm512_set1_epi32(-1));
}

// R3, R5, R6, R7: one shift of the 64-bit product, clamped where it may leave 32 bits.
INLINE TARGET __m512i product(const lanes *p, __m512i x, int clamps) {
  __m512i even = _mm512_add_epi64(_mm512_mul_epi32(x, p->mantissa), p->half);
  __m512i odd = _mm512_srli_epi64(x, 32);
  odd = _mm512_add_epi64(_mm512_mul_epi32(odd, p->mantissaOdd), p->halfOdd);
  even = _mm512_srav_epi64(even, p->shift);
  odd = _mm512_srav_epi64(odd, p->shiftOdd);
  if (clamps) {
    const __m512i least = _mm512_set1_epi64(INT32_MIN), most = _mm512_set1_epi64(INT32_MAX);
    even = _mm512_min_epi64(_mm512_max_epi64(even, least), most);
    odd = _mm512_min_epi64(_mm512_max_epi64(odd, least), most);
  }
  return _mm512_mask_mov_epi32(_mm512_slli_epi64(odd, 32), EVEN_LANES, even);
}

// R4. The clamp comes first: it does not change what the rounding gives and keeps within 32 bits.
INLINE TARGET __m512i real(const lanes *p, __m512i x) {
  const __m512 y = _mm512_add_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(x), p->factor), p->start);
  return _mm512_cvtps_epi32(_mm512_min_ps(_mm512_max_ps(y, p->lowReal), p->highReal));
}

// R9 of 8 channels; see the plain one.
INLINE TARGET __m256i nearest(__m256i x, __m512d factor, __m512d low, __m512d high) {
  const __m512d number = _mm512_cvtepi32_pd(x), product = _mm512_mul_pd(number, factor);
  const __m512d y = _mm512_min_pd(_mm512_max_pd(product, low), high);
  const __m512d whole = _mm512_roundscale_pd(y, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  const __m512d rest = _mm512_sub_pd(y, whole), error = _mm512_fmsub_pd(number, factor, product);
  const __m512d zero = _mm512_setzero_pd(), half = _mm512_set1_pd(0.5);
  const __mmask8 above = _mm512_cmp_pd_mask(rest, half, _CMP_EQ_OQ);
  const __mmask8 below = _mm512_cmp_pd_mask(rest, _mm512_sub_pd(zero, half), _CMP_EQ_OQ);
  const __mmask8 up = _mm512_mask_cmp_pd_mask(above, error, zero, _CMP_GT_OQ);
  const __mmask8 down = _mm512_mask_cmp_pd_mask(below, error, zero, _CMP_LT_OQ);
  const __m256i result = _mm512_cvtpd_epi32(whole), one = _mm256_set1_epi32(1);
  return _mm256_mask_sub_epi32(_mm256_mask_add_epi32(result, up, result, one), down, result, one);
}

INLINE TARGET __m512i nearest_of_both(const lanes *p, __m512i x) {
  const __m256i first =
      nearest(_mm512_castsi512_si256(x), p->factorLow, p->lowWide, p->highWide);
  const __m256i second =
      nearest(_mm512_extracti64x4_epi64(x, 1), p->factorHigh, p->lowWide, p->highWide);
  return _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
}

// The number of thresholds below: searched by halves, or counted where there are few.
INLINE TARGET __m512i count(const ww_requantization *r, int32_t c, __m512i x) {
  __m512i place = _mm512_setzero_si512();
  const __m512i one = _mm512_set1_epi32(1);
  if (r->thresholdCount <= 31) {
    for (int32_t t = 0; t < r->thresholdCount; t++) {
      const __m512i bound = _mm512_loadu_si512(r->thresholds + t * r->thresholdStride + c);
      place = _mm512_mask_add_epi32(place, _mm512_cmpgt_epi32_mask(x, bound), place, one);
    }
    return place;
  }
  const __m512i stride = _mm512_set1_epi32((int32_t)r->thresholdStride);
  for (int32_t step = (r->thresholdCount + 1) >> 1; step > 0; step >>= 1) {
    const __m512i next = _mm512_add_epi32(place, _mm512_set1_epi32(step));
    const __m512i index = _mm512_mullo_epi32(_mm512_sub_epi32(next, one), stride);
    const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i bound =
        _mm512_i32gather_epi32(_mm512_add_epi32(index, lane), r->thresholds + c, 4);
    place = _mm512_mask_mov_epi32(place, _mm512_cmpgt_epi32_mask(x, bound), next);
  }
  return place;
}

INLINE TARGET lanes loaded(const ww_requantization *r, int32_t c, int kind) {
  lanes p;
  const __m512i zero = _mm512_setzero_si512();
  p.correction = _mm512_loadu_si512(r->corrections + c);
  p.lost = _mm512_set1_epi32(r->lostBits);
  p.low = _mm512_set1_epi32(r->low);
  p.high = _mm512_set1_epi32(r->high);
  p.offset = _mm512_set1_epi32(r->offset);
  if (kind == WW_REQUANTIZE_FLOAT) {
    p.factor = _mm512_loadu_ps(r->floats + c);
    p.start = _mm512_set1_ps(r->floatStart);
    p.lowReal = _mm512_set1_ps((float)r->low);
    p.highReal = _mm512_set1_ps((float)r->high);
  } else if (kind == WW_REQUANTIZE_NEAREST) {
    p.factorLow = _mm512_loadu_pd(r->doubles + c);
    p.factorHigh = _mm512_loadu_pd(r->doubles + c + 8);
    p.lowWide = _mm512_set1_pd(r->low - 1.0);
    p.highWide = _mm512_set1_pd(r->high + 1.0);
  } else {
    p.mantissa = _mm512_loadu_si512(r->mantissas + c);
    p.mantissaOdd = _mm512_srli_epi64(p.mantissa, 32);
  }
  if (kind == WW_REQUANTIZE_DOUBLE) {
    const __m512i shift = _mm512_loadu_si512(r->shifts + c), one = _mm512_set1_epi32(1);
    p.left = _mm512_max_epi32(shift, zero);
    p.right = _mm512_max_epi32(_mm512_sub_epi32(zero, shift), zero);
    p.mask = _mm512_sub_epi32(_mm512_sllv_epi32(one, p.right), one);
    p.threshold = _mm512_srli_epi32(p.mask, 1);
    p.away = r->kind == WW_REQUANTIZE_DOUBLE ? one : zero;
  } else if (kind == WW_REQUANTIZE_ROUND) {
    const __m512i shift = _mm512_loadu_si512(r->shifts + c);
    const __m512i one = _mm512_set1_epi64(r->kind == WW_REQUANTIZE_ROUND);
    p.shift = _mm512_and_si512(shift, _mm512_set1_epi64(0xffffffff));
    p.shiftOdd = _mm512_srli_epi64(shift, 32);
    p.half = _mm512_srli_epi64(_mm512_sllv_epi64(one, p.shift), 1);
    p.halfOdd = _mm512_srli_epi64(_mm512_sllv_epi64(one, p.shiftOdd), 1);
  }
  return p;
}

// Channels outside, rows inside, so that the parameters stay in registers.
INLINE TARGET void blocks(const ww_requantization *r, const int32_t *contents,
                          int64_t contentStride, int64_t rows, int32_t channels, uint8_t *out,
                          int64_t outStride, int kind, int clamps) {
  for (int32_t c = 0; c < channels; c += 16) {
    const lanes p = loaded(r, c, kind);
    const __mmask16 used = channels - c >= 16 ? 0xffff : (__mmask16)((1 << (channels - c)) - 1);
    const int32_t *from = contents + c;
    uint8_t *to = out + c;
    for (int64_t row = 0; row < rows; row++, from += contentStride, to += outStride) {
      __m512i x = _mm512_sub_epi32(_mm512_maskz_loadu_epi32(used, from), p.correction);
      x = _mm512_srav_epi32(_mm512_sllv_epi32(x, p.lost), p.lost);
      __m512i y;
      if (kind == WW_REQUANTIZE_DOUBLE) y = doubled(&p, x);
      else if (kind == WW_REQUANTIZE_ROUND) y = product(&p, x, clamps);
      else if (kind == WW_REQUANTIZE_FLOAT) y = real(&p, x);
      else if (kind == WW_REQUANTIZE_NEAREST) y = nearest_of_both(&p, x);
      else y = count(r, c, x);
      if (kind == WW_REQUANTIZE_COUNT && r->codes) {
        int32_t places[16];
        _mm512_storeu_si512(places, y);
        const int64_t codes = r->thresholdCount + 1;
        for (int32_t j = 0; j < 16 && c + j < channels; j++)
          to[j] = r->codes[(c + j) * codes + places[j]];
        continue;
      }
      if (kind == WW_REQUANTIZE_COUNT) y = _mm512_add_epi32(y, p.mantissa);
      if (kind != WW_REQUANTIZE_FLOAT)
        y = _mm512_min_epi32(_mm512_max_epi32(y, p.low), p.high);
      y = _mm512_add_epi32(y, p.offset);
      _mm_mask_storeu_epi8(to, used, _mm512_cvtepi32_epi8(y));
    }
  }
}

// Whether some shifted 64-bit product may leave 32 bits.
static int leaves_int32(const ww_requantization *r, int32_t channels) {
  int leaves = 0;
  for (int32_t c = 0; c < channels; c++)
    leaves |= ((int64_t)r->mantissas[c] >> r->shifts[c]) != 0;
  return leaves;
}

static TARGET void wide(const ww_requantization *r, const int32_t *contents,
                        int64_t contentStride, int64_t rows, int32_t channels, uint8_t *out,
                        int64_t outStride) {
  switch (r->kind) {
  case WW_REQUANTIZE_DOUBLE:
  case WW_REQUANTIZE_DOUBLE_UP:
    return blocks(r, contents, contentStride, rows, channels, out, outStride,
                  WW_REQUANTIZE_DOUBLE, 0);
  case WW_REQUANTIZE_ROUND:
  case WW_REQUANTIZE_FLOOR:
    if (leaves_int32(r, channels))
      return blocks(r, contents, contentStride, rows, channels, out, outStride,
                    WW_REQUANTIZE_ROUND, 1);
    return blocks(r, contents, contentStride, rows, channels, out, outStride,
                  WW_REQUANTIZE_ROUND, 0);
  case WW_REQUANTIZE_FLOAT:
    return blocks(r, contents, contentStride, rows, channels, out, outStride,
                  WW_REQUANTIZE_FLOAT, 0);
  case WW_REQUANTIZE_NEAREST:
    return blocks(r, contents, contentStride, rows, channels, out, outStride,
                  WW_REQUANTIZE_NEAREST, 0);
  case WW_REQUANTIZE_COUNT:
    return blocks(r, contents, contentStride, rows, channels, out, outStride,
                  WW_REQUANTIZE_COUNT, 0);
  default:
    return all_requantize_2(r, contents, contentStride, rows, channels, out, outStride);
  }
}
#undef TARGET
#endif

void ww_requantize(const ww_requantization *r, const int32_t *contents, int64_t contentStride,
                   int64_t rows, int32_t channels, uint8_t *out, int64_t outStride) {
#if defined(__x86_64__)
  const int level = ww_dispatch_level();
  if (level >= WW_AVX512)
    return wide(r, contents, contentStride, rows, channels, out, outStride);
  if (level >= WW_AVX2)
    return all_requantize_1(r, contents, contentStride, rows, channels, out, outStride);
#endif
  all_requantize_0(r, contents, contentStride, rows, channels, out, outStride);
}
