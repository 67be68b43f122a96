#include "CKernels.h"

#include <stddef.h>

// Vectors never cross a function boundary that is not inlined, so their calling convention is moot.
#pragma clang diagnostic ignored "-Wpsabi"

typedef uint8_t u8x32 __attribute__((vector_size(32), aligned(1)));
typedef uint8_t u8x64 __attribute__((vector_size(64), aligned(1)));
typedef int32_t i32x16 __attribute__((vector_size(64), aligned(4)));
typedef uint32_t u32x16 __attribute__((vector_size(64), aligned(4)));
typedef _Bool bits32 __attribute__((ext_vector_type(32)));

// Rows that share each load of weights.
enum { ROWS = 8 };

#define TARGET
#define NAME(f) popcount_##f##_portable
#define COUNTS_WORDS 0
#include "popcount.inc"
#undef NAME
#undef TARGET
#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2,fma,popcnt")))
#define NAME(f) popcount_##f##_avx2
#include "popcount.inc"
#undef NAME
#undef TARGET
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,popcnt")))
#define NAME(f) popcount_##f##_avx512
#include "popcount.inc"
#undef NAME
#undef TARGET
#undef COUNTS_WORDS
#define TARGET \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vpopcntdq,popcnt")))
#define NAME(f) popcount_##f##_vpopcntdq
#define COUNTS_WORDS 1
#include "popcount.inc"
#undef NAME
#undef TARGET
#define DISPATCH(name, ...)                                  \
  if (ww_dispatch_level() >= WW_AVX512) {                    \
    if (__builtin_cpu_supports("avx512vpopcntdq"))           \
      return popcount_##name##_vpopcntdq(__VA_ARGS__);       \
    return popcount_##name##_avx512(__VA_ARGS__);            \
  }                                                          \
  if (ww_dispatch_level() >= WW_AVX2) return popcount_##name##_avx2(__VA_ARGS__);
#else
#define DISPATCH(name, ...)
#endif
#undef COUNTS_WORDS

void ww_popcount_sums(const ww_popcount *product, int32_t *out, int32_t *lowest,
                      int32_t *highest) {
  DISPATCH(sums, product, out, lowest, highest)
  popcount_sums_portable(product, out, lowest, highest);
}

void ww_popcount_pack(const uint8_t *x, int64_t rows, int64_t depth, int64_t stride, int32_t bit,
                      uint32_t *plane) {
  DISPATCH(pack, x, rows, depth, stride, bit, plane)
  popcount_pack_portable(x, rows, depth, stride, bit, plane);
}
