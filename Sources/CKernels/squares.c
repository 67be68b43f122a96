#include "squares.h"

#include <string.h>

#include "dispatch.h"

static void square_pixels_portable(const uint8_t *image, int64_t pixels, int32_t channels,
                                   int32_t zero, int32_t *squares) {
  for (int64_t pixel = 0; pixel < pixels; pixel++) {
    const uint8_t *x = image + pixel * channels;
    int32_t sum = 0;
    for (int32_t channel = 0; channel < channels; channel++) {
      const int32_t v = (int32_t)x[channel] - zero;
      sum += v * v;
    }
    squares[pixel] = sum;
  }
}

#if defined(__x86_64__)
#include "squares-parts.h"

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))

// Runs of 16 channels, 16 at a time; pixels of several runs are added up as they come.
static AVX512 void square_pixels_avx512(const uint8_t *image, int64_t pixels, int32_t channels,
                                        int32_t zero, int32_t *squares) {
  const __m512i z = _mm512_set1_epi16((short)zero);
  const int32_t perPixel = channels / 16;
  const int64_t runs = pixels * perPixel, whole = runs / 16 * 16;
  int32_t sums[16];
  int32_t sum = 0, parts = 0;
  for (int64_t run = 0; run < whole; run += 16) {
    const __m512i all = square_runs(image + 16 * run, z);
    if (perPixel == 1) {
      _mm512_storeu_si512(squares + run, all);
      continue;
    }
    _mm512_storeu_si512(sums, all);
    for (int i = 0; i < 16; i++) {
      sum += sums[i];
      if (++parts < perPixel) continue;
      *squares++ = sum;
      sum = parts = 0;
    }
  }
  if (perPixel == 1) squares += whole;
  for (int64_t run = whole; run < runs; run++) {
    for (int i = 0; i < 16; i++) {
      const int32_t v = (int32_t)image[16 * run + i] - zero;
      sum += v * v;
    }
    if (++parts < perPixel) continue;
    *squares++ = sum;
    sum = parts = 0;
  }
}
#endif

void ww_square_pixels(const uint8_t *image, int64_t pixels, int32_t channels, int32_t zero,
                      int32_t *squares) {
#if defined(__x86_64__)
  if (ww_dispatch_level() >= WW_AVX512 && channels % 16 == 0)
    return square_pixels_avx512(image, pixels, channels, zero, squares);
#endif
  square_pixels_portable(image, pixels, channels, zero, squares);
}

// Outputs of one line that are neighbours are worked on together.
#define WINDOWS(NAME, TARGET)                                                                       \
  static TARGET void NAME(const ww_windows *w, const int32_t *squares, int64_t first, int64_t count, \
                          int32_t *sums) {                                                          \
    int64_t y = first / w->outputWidth, x = first % w->outputWidth;                                 \
    while (count > 0) {                                                                             \
      const int64_t rest = w->outputWidth - x, length = rest < count ? rest : count;                \
      const int32_t *source = squares + y * w->strideY + x * w->strideX;                            \
      memset(sums, 0, 4 * length);                                                                  \
      for (int32_t tap = 0; tap < w->taps; tap++) {                                                 \
        const int32_t *from = source + w->offsets[tap];                                             \
        if (w->strideX == 1)                                                                        \
          for (int64_t i = 0; i < length; i++) sums[i] += from[i];                                  \
        else                                                                                        \
          for (int64_t i = 0; i < length; i++) sums[i] += from[i * w->strideX];                     \
      }                                                                                             \
      sums += length;                                                                               \
      count -= length;                                                                              \
      x = 0;                                                                                        \
      y++;                                                                                          \
    }                                                                                               \
  }

WINDOWS(windows_portable, )
#if defined(__x86_64__)
WINDOWS(windows_avx2, __attribute__((target("avx2"))))
#endif

void ww_square_windows(const ww_windows *windows, const int32_t *squares, int64_t first,
                       int64_t count, int32_t *sums) {
#if defined(__x86_64__)
  if (ww_dispatch_level() >= WW_AVX2)
    return windows_avx2(windows, squares, first, count, sums);
#endif
  windows_portable(windows, squares, first, count, sums);
}
