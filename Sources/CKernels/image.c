#include "image.h"

#include "dispatch.h"

// Vectors never cross a function boundary that is not inlined, so their calling convention is moot.
#pragma clang diagnostic ignored "-Wpsabi"

typedef int32_t i32x16 __attribute__((vector_size(64), aligned(4)));
typedef uint8_t u8x16 __attribute__((vector_size(16), aligned(1)));

enum { SIDE = 16 };

// Rows of 16 bytes become columns: four times the first half of the rows is interleaved with the second.
static inline __attribute__((always_inline)) void transpose(u8x16 *rows) {
  for (int round = 0; round < 4; round++) {
    u8x16 next[SIDE];
    for (int i = 0; i < SIDE / 2; i++) {
      next[2 * i] = __builtin_shufflevector(rows[i], rows[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20,
                                            5, 21, 6, 22, 7, 23);
      next[2 * i + 1] = __builtin_shufflevector(rows[i], rows[i + 8], 8, 24, 9, 25, 10, 26, 11, 27,
                                                12, 28, 13, 29, 14, 30, 15, 31);
    }
    for (int i = 0; i < SIDE; i++) rows[i] = next[i];
  }
}

#define IMAGE(LEVEL, TARGET)                                                                       \
  static TARGET int32_t store_##LEVEL(const int32_t *codes, int64_t channels, int64_t pixels,      \
                                      int32_t lowest, uint8_t *bytes) {                            \
    const i32x16 zero = {0};                                                                       \
    i32x16 high = zero;                                                                            \
    int32_t rest = 0;                                                                              \
    const int64_t wholeChannels = channels / SIDE * SIDE, wholePixels = pixels / SIDE * SIDE;      \
    for (int64_t pixel = 0; pixel < wholePixels; pixel += SIDE) {                                  \
      for (int64_t channel = 0; channel < wholeChannels; channel += SIDE) {                        \
        u8x16 rows[SIDE];                                                                          \
        for (int i = 0; i < SIDE; i++) {                                                           \
          const i32x16 c = *(const i32x16 *)(codes + (channel + i) * pixels + pixel) - lowest;     \
          high |= c;                                                                               \
          rows[i] = __builtin_convertvector(c, u8x16);                                             \
        }                                                                                          \
        transpose(rows);                                                                           \
        for (int i = 0; i < SIDE; i++)                                                             \
          *(u8x16 *)(bytes + (pixel + i) * channels + channel) = rows[i];                          \
      }                                                                                            \
    }                                                                                              \
    for (int64_t channel = 0; channel < channels; channel++) {                                     \
      for (int64_t pixel = channel < wholeChannels ? wholePixels : 0; pixel < pixels; pixel++) {   \
        const int32_t c = codes[channel * pixels + pixel] - lowest;                                \
        rest |= c;                                                                                 \
        bytes[pixel * channels + channel] = (uint8_t)c;                                            \
      }                                                                                            \
    }                                                                                              \
    for (int i = 0; i < SIDE; i++) rest |= high[i];                                                \
    return rest & ~255;                                                                            \
  }                                                                                                \
  static TARGET void load_##LEVEL(const uint8_t *bytes, int64_t channels, int64_t pixels,          \
                                  int32_t lowest, int32_t *codes) {                                \
    const int64_t wholeChannels = channels / SIDE * SIDE, wholePixels = pixels / SIDE * SIDE;      \
    for (int64_t channel = 0; channel < wholeChannels; channel += SIDE) {                          \
      for (int64_t pixel = 0; pixel < wholePixels; pixel += SIDE) {                                \
        u8x16 rows[SIDE];                                                                          \
        for (int i = 0; i < SIDE; i++)                                                             \
          rows[i] = *(const u8x16 *)(bytes + (pixel + i) * channels + channel);                    \
        transpose(rows);                                                                           \
        for (int i = 0; i < SIDE; i++)                                                             \
          *(i32x16 *)(codes + (channel + i) * pixels + pixel) =                                    \
              __builtin_convertvector(rows[i], i32x16) + lowest;                                   \
      }                                                                                            \
    }                                                                                              \
    for (int64_t channel = 0; channel < channels; channel++)                                       \
      for (int64_t pixel = channel < wholeChannels ? wholePixels : 0; pixel < pixels; pixel++)     \
        codes[channel * pixels + pixel] = (int32_t)bytes[pixel * channels + channel] + lowest;     \
  }                                                                                                \
  static TARGET void turn_##LEVEL(const uint8_t *bytes, int64_t height, int64_t width,             \
                                  uint8_t *turned) {                                               \
    const int64_t wholeHeight = height / SIDE * SIDE, wholeWidth = width / SIDE * SIDE;            \
    for (int64_t x = 0; x < wholeWidth; x += SIDE) {                                               \
      for (int64_t y = 0; y < wholeHeight; y += SIDE) {                                            \
        u8x16 rows[SIDE];                                                                          \
        for (int i = 0; i < SIDE; i++) rows[i] = *(const u8x16 *)(bytes + (y + i) * width + x);    \
        transpose(rows);                                                                           \
        for (int i = 0; i < SIDE; i++) *(u8x16 *)(turned + (x + i) * height + y) = rows[i];        \
      }                                                                                            \
    }                                                                                              \
    for (int64_t y = 0; y < height; y++)                                                           \
      for (int64_t x = y < wholeHeight ? wholeWidth : 0; x < width; x++)                           \
        turned[x * height + y] = bytes[y * width + x];                                             \
  }

IMAGE(portable, )
#if defined(__x86_64__)
IMAGE(avx2, __attribute__((target("avx2"))))
IMAGE(avx512, __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))))
#define AT_LEVEL(f, ...)                              \
  switch (ww_dispatch_level()) {                      \
    case WW_PORTABLE: return f##_portable(__VA_ARGS__); \
    case WW_AVX2: return f##_avx2(__VA_ARGS__);         \
    default: return f##_avx512(__VA_ARGS__);            \
  }
#else
#define AT_LEVEL(f, ...) return f##_portable(__VA_ARGS__);
#endif

int32_t ww_store_image(const int32_t *codes, int64_t channels, int64_t pixels, int32_t lowest,
                       uint8_t *bytes) {
  AT_LEVEL(store, codes, channels, pixels, lowest, bytes)
}

void ww_load_image(const uint8_t *bytes, int64_t channels, int64_t pixels, int32_t lowest,
                   int32_t *codes) {
  AT_LEVEL(load, bytes, channels, pixels, lowest, codes)
}

void ww_turn_image(const uint8_t *bytes, int64_t rows, int64_t columns, uint8_t *turned) {
  AT_LEVEL(turn, bytes, rows, columns, turned)
}
