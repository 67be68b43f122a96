#include "CKernels.h"

#include <stddef.h>

// Vectors never cross a function boundary that is not inlined, so their calling convention is moot.
#pragma clang diagnostic ignored "-Wpsabi"

// A product is rounded before it is added on every instruction set, so that the float reference, and
// with it every calibrated scale, is the same on every machine.
#pragma STDC FP_CONTRACT OFF

typedef int32_t i32x16 __attribute__((vector_size(64), aligned(4)));
typedef float f32x16 __attribute__((vector_size(64), aligned(4)));

#define PASTE2(a, b, c) a##_##b##_##c
#define PASTE(a, b, c) PASTE2(a, b, c)

#define FLOAT_KERNEL(LEVEL, TARGET)                                                           \
  static inline __attribute__((always_inline)) TARGET void PASTE(float, rows, LEVEL)(         \
      const float *x, const float *w, int64_t row, int64_t depth, int count, int vector,      \
      const float *bias, float *out) {                                                        \
    f32x16 sum[8];                                                                            \
    for (int r = 0; r < count; r++) sum[r] = *(const f32x16 *)bias;                           \
    for (int64_t k = 0; k < depth; k++) {                                                     \
      f32x16 weight = *(const f32x16 *)(w + 16 * k);                                          \
      for (int r = 0; r < count; r++) {                                                       \
        if (vector) sum[r] += *(const f32x16 *)(x + 16 * ((row + r) * depth + k)) * weight;   \
        else sum[r] += x[(row + r) * depth + k] * weight;                                     \
      }                                                                                       \
    }                                                                                         \
    for (int r = 0; r < count; r++) *(f32x16 *)(out + 16 * (row + r)) = sum[r];               \
  }                                                                                           \
  static TARGET void PASTE(float, run, LEVEL)(                                                \
      const float *x, const float *w, int64_t rows, int64_t depth, int32_t vector,            \
      const float *bias, float *out) {                                                        \
    int64_t row = 0;                                                                          \
    if (vector) {                                                                             \
      for (; row < rows; row++) PASTE(float, rows, LEVEL)(x, w, row, depth, 1, 1, bias, out); \
    } else {                                                                                  \
      for (; row + 8 <= rows; row += 8)                                                       \
        PASTE(float, rows, LEVEL)(x, w, row, depth, 8, 0, bias, out);                         \
      for (; row < rows; row++) PASTE(float, rows, LEVEL)(x, w, row, depth, 1, 0, bias, out); \
    }                                                                                         \
  }

#if defined(__x86_64__)
#define HAS_LEVELS 1
#define TARGET_2 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define TARGET_1 __attribute__((target("avx2,fma")))
#else
#define HAS_LEVELS 0
#endif
#define TARGET_0

#define T int32_t
#define UT uint32_t
#define TARGET TARGET_0
#define NAME(f) PASTE(f, i32, 0)
typedef uint32_t NAME(uvec) __attribute__((vector_size(64), aligned(4)));
#include "tiles.inc"
#include "registers.inc"
#undef NAME
#undef TARGET
#if HAS_LEVELS
#define TARGET TARGET_1
#define NAME(f) PASTE(f, i32, 1)
typedef uint32_t NAME(uvec) __attribute__((vector_size(64), aligned(4)));
#include "tiles.inc"
#include "registers.inc"
#undef NAME
#undef TARGET
#define TARGET TARGET_2
#define NAME(f) PASTE(f, i32, 2)
typedef uint32_t NAME(uvec) __attribute__((vector_size(64), aligned(4)));
#include "tiles.inc"
#include "registers.inc"
#undef NAME
#undef TARGET
#endif
#undef T
#undef UT

#define T int64_t
#define UT uint64_t
#define TARGET TARGET_0
#define NAME(f) PASTE(f, i64, 0)
typedef uint64_t NAME(uvec) __attribute__((vector_size(128), aligned(4)));
#include "tiles.inc"
#include "registers.inc"
#include "ordered.inc"
#undef NAME
#undef TARGET
#if HAS_LEVELS
#define TARGET TARGET_1
#define NAME(f) PASTE(f, i64, 1)
typedef uint64_t NAME(uvec) __attribute__((vector_size(128), aligned(4)));
#include "tiles.inc"
#include "registers.inc"
#include "ordered.inc"
#undef NAME
#undef TARGET
#define TARGET TARGET_2
#define NAME(f) PASTE(f, i64, 2)
typedef uint64_t NAME(uvec) __attribute__((vector_size(128), aligned(4)));
#include "tiles.inc"
#include "registers.inc"
#include "ordered.inc"
#undef NAME
#undef TARGET
#endif
#undef T
#undef UT

FLOAT_KERNEL(0, TARGET_0)
#if HAS_LEVELS
FLOAT_KERNEL(1, TARGET_1)
FLOAT_KERNEL(2, TARGET_2)
#endif

#if HAS_LEVELS
#define DISPATCH(name, ...)                         \
  switch (ww_dispatch_level()) {                    \
    case WW_PORTABLE: return name##_0(__VA_ARGS__); \
    case WW_AVX2: return name##_1(__VA_ARGS__);     \
    default: return name##_2(__VA_ARGS__);          \
  }
#else
#define DISPATCH(name, ...) return name##_0(__VA_ARGS__);
#endif

void ww_wide_i32(const ww_tile *tile, int32_t *out) { DISPATCH(wide_i32, tile, out) }
void ww_wide_i64(const ww_tile *tile, int64_t *out) { DISPATCH(wide_i64, tile, out) }

void ww_track_i32(const ww_tile *tile, int32_t *out, int32_t *lowest, int32_t *highest) {
  DISPATCH(track_i32, tile, out, lowest, highest)
}
void ww_track_i64(const ww_tile *tile, int64_t *out, int64_t *lowest, int64_t *highest) {
  DISPATCH(track_i64, tile, out, lowest, highest)
}

void ww_step_i32(const ww_tile *tile, int32_t bits, int32_t policy, int32_t *out, int32_t *events,
                 int32_t *biasEvents, int32_t *first) {
  DISPATCH(step_i32, tile, bits, policy, out, events, biasEvents, first)
}
void ww_step_i64(const ww_tile *tile, int32_t bits, int32_t policy, int64_t *out, int32_t *events,
                 int32_t *biasEvents, int32_t *first) {
  DISPATCH(step_i64, tile, bits, policy, out, events, biasEvents, first)
}

void ww_registers_i32(const ww_tile *tile, const ww_registers *registers, int64_t *figures,
                      int32_t *first) {
  DISPATCH(registers_i32, tile, registers, figures, first)
}
void ww_registers_i64(const ww_tile *tile, const ww_registers *registers, int64_t *figures,
                      int32_t *first) {
  DISPATCH(registers_i64, tile, registers, figures, first)
}

void ww_ordered(const ww_tile *tile, const ww_registers *registers, const ww_order *order,
                int64_t *figures, int32_t *first) {
  DISPATCH(ordered_i64, tile, registers, order, figures, first)
}

int64_t ww_observe_i32(const int32_t *out, const int32_t *lowest, const int32_t *highest,
                       int64_t rows, int32_t channels, int64_t low, int64_t high,
                       int64_t *channelLowest, int64_t *channelHighest, int64_t *touched,
                       int64_t *persistent, int64_t *histogram, uint8_t *flags) {
  DISPATCH(observe_i32, out, lowest, highest, rows, channels, low, high, channelLowest,
           channelHighest, touched, persistent, histogram, flags)
}
int64_t ww_observe_i64(const int64_t *out, const int64_t *lowest, const int64_t *highest,
                       int64_t rows, int32_t channels, int64_t low, int64_t high,
                       int64_t *channelLowest, int64_t *channelHighest, int64_t *touched,
                       int64_t *persistent, int64_t *histogram, uint8_t *flags) {
  DISPATCH(observe_i64, out, lowest, highest, rows, channels, low, high, channelLowest,
           channelHighest, touched, persistent, histogram, flags)
}

void ww_float(const float *x, const float *w, int64_t rows, int64_t depth, int32_t xIsVector,
              const float *bias, float *out) {
  DISPATCH(float_run, x, w, rows, depth, xIsVector, bias, out)
}
