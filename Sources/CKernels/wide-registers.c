#include "CKernels.h"

#include <string.h>

// Vectors never cross a function boundary that is not inlined, so their calling convention is moot.
#pragma clang diagnostic ignored "-Wpsabi"

typedef double doubles __attribute__((vector_size(64)));
typedef int64_t words __attribute__((vector_size(64)));

// What all additions of eight channels share.
typedef struct {
  words shift, low, high, precision, dropped, largest, beyond;
} limits;

#define PASTE2(a, b, c) a##_##b##_##c
#define PASTE(a, b, c) PASTE2(a, b, c)
#define INLINE static inline __attribute__((always_inline))

#define TARGET
#define NAME(f) PASTE(f, wide, 0)
#include "wide-registers.inc"
#undef NAME
#undef TARGET

#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2,fma")))
#define NAME(f) PASTE(f, wide, 1)
#include "wide-registers.inc"
#undef NAME
#undef TARGET
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define NAME(f) PASTE(f, wide, 2)
#include "wide-registers.inc"
#undef NAME
#undef TARGET
#endif

void ww_wide_registers_run(const ww_wide_registers *tile, ww_wide_figures *figures) {
#if defined(__x86_64__)
  const int level = ww_dispatch_level();
  if (level >= WW_AVX512) return run_wide_2(tile, figures);
  if (level >= WW_AVX2) return run_wide_1(tile, figures);
#endif
  run_wide_0(tile, figures);
}
