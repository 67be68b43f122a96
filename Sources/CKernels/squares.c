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
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))

// Two runs of 16 channels: the squares of each in half of the lanes.
static inline __attribute__((always_inline)) AVX512 __m512i square_32(const uint8_t *x, __m512i zero) {
  const __m512i u = _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)x));
  const __m512i v = _mm512_sub_epi16(u, zero);
  return _mm512_madd_epi16(v, v);
}

// Adds neighbouring lanes of 128 bits: the sums of pairs of `a`, then those of `b`.
static inline __attribute__((always_inline)) AVX512 __m512i pairs(__m512i a, __m512i b) {
  const __m512 x = _mm512_castsi512_ps(a), y = _mm512_castsi512_ps(b);
  return _mm512_add_epi32(_mm512_castps_si512(_mm512_shuffle_ps(x, y, 0x88)),
                          _mm512_castps_si512(_mm512_shuffle_ps(x, y, 0xDD)));
}

// Runs of 16 channels, 16 at a time; pixels of several runs are added up as they come.
static AVX512 void square_pixels_avx512(const uint8_t *image, int64_t pixels, int32_t channels,
                                        int32_t zero, int32_t *squares) {
  const __m512i z = _mm512_set1_epi16((short)zero);
  // After the sums of pairs, lane 4 l + v holds a half of vector v: lanes 0 to 1 are the first run.
  const __m512i first = _mm512_setr_epi32(0, 8, 1, 9, 2, 10, 3, 11, 16, 24, 17, 25, 18, 26, 19, 27);
  const __m512i second = _mm512_setr_epi32(4, 12, 5, 13, 6, 14, 7, 15, 20, 28, 21, 29, 22, 30, 23, 31);
  const int32_t perPixel = channels / 16;
  const int64_t runs = pixels * perPixel, whole = runs / 16 * 16;
  int32_t sums[16];
  int32_t sum = 0, parts = 0;
  for (int64_t run = 0; run < whole; run += 16) {
    const uint8_t *x = image + 16 * run;
    __m512i quarters[2];
    for (int half = 0; half < 2; half++) {
      const uint8_t *from = x + 128 * half;
      quarters[half] = pairs(pairs(square_32(from, z), square_32(from + 32, z)),
                             pairs(square_32(from + 64, z), square_32(from + 96, z)));
    }
    const __m512i all = _mm512_add_epi32(
        _mm512_permutex2var_epi32(quarters[0], first, quarters[1]),
        _mm512_permutex2var_epi32(quarters[0], second, quarters[1]));
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
