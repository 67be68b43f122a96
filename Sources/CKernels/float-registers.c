#include "CKernels.h"

#include <string.h>

// Vectors never cross a function boundary that is not inlined, so their calling convention is moot.
#pragma clang diagnostic ignored "-Wpsabi"

// Products and sums are exact, so that fusing them would change nothing; it is left out all the same.
#pragma STDC FP_CONTRACT OFF

typedef double doubles __attribute__((vector_size(64)));
typedef int64_t words __attribute__((vector_size(64)));

// What all additions of eight channels share.
typedef struct {
  int32_t drop;
  words half, mask;
  doubles largest, high, infinity;
} limits;

#define PASTE2(a, b, c) a##_##b##_##c
#define PASTE(a, b, c) PASTE2(a, b, c)
#define INLINE static inline __attribute__((always_inline))

#define TARGET
#define NAME(f) PASTE(f, floats, 0)
#include "float-registers.inc"
#undef NAME
#undef TARGET

#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2,fma")))
#define NAME(f) PASTE(f, floats, 1)
#include "float-registers.inc"
#undef NAME
#undef TARGET
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define NAME(f) PASTE(f, floats, 2)
#include "float-registers.inc"
#undef NAME
#undef TARGET
#endif

void ww_float_registers_run(const ww_float_registers *tile, ww_float_figures *figures) {
#if defined(__x86_64__)
  const int level = ww_dispatch_level();
  if (level >= WW_AVX512) return run_floats_2(tile, figures);
  if (level >= WW_AVX2) return run_floats_1(tile, figures);
#endif
  run_floats_0(tile, figures);
}
