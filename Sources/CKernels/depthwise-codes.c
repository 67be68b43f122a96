#include "CKernels.h"

#include <stddef.h>
#include <string.h>

#if defined(__x86_64__)
#include "depthwise-channels.h"
#include "requantize-channels.h"

// Loops whose bounds are constants in some uses are unrolled there.
#pragma clang diagnostic ignored "-Wpass-failed"

enum { SIDE = 3, BLOCK = WW_DEPTHWISE_BLOCK };

// Where the three rows of a window lie, and the distance of their pixels: 0 in the border.
typedef struct {
  const uint8_t *rows[SIDE];
  int64_t steps[SIDE];
} window;

// A column of the window: three rows and a zero side by side.
INLINE channels64 column(const window *w, int64_t x, int64_t width, channels64 border) {
  if (x < 0 || x >= width) return border;
  return interleaved(_mm512_loadu_si512(w->rows[0] + x * w->steps[0]),
                     _mm512_loadu_si512(w->rows[1] + x * w->steps[1]),
                     _mm512_loadu_si512(w->rows[2] + x * w->steps[2]), _mm512_setzero_si512());
}

// How the sums of 64 channels become codes.
typedef struct {
  channels64 start, low, high;
  __m512 factors[VECTORS];
  plain_limits limits;
  __mmask64 used;
} rescaling;

// Packing puts unpacked bytes in order again.
INLINE void write_codes(uint8_t *out, channels64 sums, const rescaling *r, int starts) {
  __m512i y[VECTORS];
  for (int j = 0; j < VECTORS; j++)
    y[j] = rounded(sums.v[j], r->factors[j], &r->limits, starts);
  _mm512_mask_storeu_epi8(out, r->used, packed(y[0], y[1], y[2], y[3], &r->limits));
}

// A row of outputs of 64 channels; with `sums` their sums [outputWidth][64] in place of codes.
INLINE void row_of(const ww_depthwise_image *p, const window *w, const __m512i *weights,
                   channels64 border, int stride, int starts, rescaling *r, uint8_t *out, int32_t *sums) {
  channels64 c0 = column(w, -p->padLeft, p->width, border);
  channels64 c1 = column(w, 1 - p->padLeft, p->width, border);
  channels64 low = r->low, high = r->high;
  int64_t x = 2 - p->padLeft;
  for (int64_t column0 = 0; column0 < p->outputWidth; column0++, x += stride) {
    const channels64 c2 = column(w, x, p->width, border);
    channels64 sum = dot(r->start, c0, weights);
    sum = dot(sum, c1, weights + VECTORS);
    sum = dot(sum, c2, weights + 2 * VECTORS);
    widen(&low, &high, sum);
    if (sums) stored(sums + column0 * BLOCK, sum);
    else write_codes(out + column0 * p->channels, sum, r, starts);
    if (stride == 1) {
      c0 = c1;
      c1 = c2;
    } else {
      c0 = stride == 2 ? c2 : column(w, x + stride - 2, p->width, border);
      c1 = column(w, x + stride - 1, p->width, border);
    }
  }
  r->low = low;
  r->high = high;
}

enum { MOST_COLUMNS = 256 };

TARGET static void block_codes(const ww_depthwise_image *p, const ww_requantization *requantization,
                               int isPlain, int64_t channel, int32_t *lowest, int32_t *highest,
                               uint8_t *out) {
  _Alignas(64) uint8_t outside[64];
  _Alignas(64) int32_t sums[MOST_COLUMNS * BLOCK];
  const __m512i byte = _mm512_set1_epi8((char)p->border);
  _mm512_store_si512(outside, byte);
  const channels64 border = interleaved(byte, byte, byte, _mm512_setzero_si512());
  __m512i weights[SIDE * VECTORS];
  for (int i = 0; i < SIDE * VECTORS; i++)
    weights[i] = _mm512_loadu_si512(p->weights + channel * 4 * SIDE + 64 * i);
  const ww_requantization own = from_channel(requantization, channel);
  const int64_t left = p->channels - channel;
  rescaling r = {.start = loaded(p->start + channel),
                 .low = loaded(lowest + channel),
                 .high = loaded(highest + channel),
                 .used = left >= BLOCK ? ~0ull : (1ull << left) - 1};
  if (isPlain) {
    _Alignas(64) int32_t factors[BLOCK] = {0};
    for (int64_t j = 0; j < BLOCK && j < left; j++) memcpy(factors + j, own.floats + j, 4);
    const channels64 order = loaded(factors);
    for (int j = 0; j < VECTORS; j++) r.factors[j] = _mm512_castsi512_ps(order.v[j]);
    r.limits = limits_of(&own);
  }
  for (int64_t y = 0; y < p->outputHeight; y++) {
    window w;
    for (int i = 0; i < SIDE; i++) {
      const int64_t row = y * p->strideY - p->padTop + i;
      const int isInside = row >= 0 && row < p->height;
      w.rows[i] = isInside ? p->image + row * p->width * p->channels + channel : outside;
      w.steps[i] = isInside ? p->channels : 0;
    }
    uint8_t *target = out + y * p->outputWidth * p->channels + channel;
    const int starts = own.floatStart != 0;
    if (!isPlain) {
      row_of(p, &w, weights, border, (int)p->strideX, 0, &r, target, sums);
      ww_requantize(&own, sums, BLOCK, p->outputWidth, left < BLOCK ? (int32_t)left : BLOCK, target,
                    p->channels);
    } else if (p->strideX == 1 && !starts) {
      row_of(p, &w, weights, border, 1, 0, &r, target, NULL);
    } else if (p->strideX == 2 && !starts) {
      row_of(p, &w, weights, border, 2, 0, &r, target, NULL);
    } else {
      row_of(p, &w, weights, border, (int)p->strideX, 1, &r, target, NULL);
    }
  }
  stored(lowest + channel, r.low);
  stored(highest + channel, r.high);
}
#endif

int ww_depthwise_codes(const ww_depthwise_image *p, const ww_requantization *r, int32_t *lowest,
                       int32_t *highest, uint8_t *out) {
#if defined(__x86_64__)
  if (ww_dispatch_level() < WW_VNNI || p->outputWidth > MOST_COLUMNS) return 0;
  const int isPlain = is_plain(r, p->channels);
  for (int64_t channel = 0; channel < p->channels; channel += BLOCK)
    block_codes(p, r, isPlain, channel, lowest, highest, out);
  return 1;
#else
  return 0;
#endif
}
