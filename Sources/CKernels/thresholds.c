#include "thresholds.h"

#include <string.h>

#include "dispatch.h"

// Vectors never cross a function boundary that is not inlined, so their calling convention is moot.
#pragma clang diagnostic ignored "-Wpsabi"

typedef int32_t i32x16 __attribute__((vector_size(64), aligned(4)));

#define PASTE2(a, b) a##_##b
#define PASTE(a, b) PASTE2(a, b)

#define TARGET
#define NAME(f) PASTE(f, portable)
#include "thresholds.inc"
#undef TARGET
#undef NAME
#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2")))
#define NAME(f) PASTE(f, avx2)
#include "thresholds.inc"
#undef TARGET
#undef NAME
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define NAME(f) PASTE(f, avx512)
#include "thresholds.inc"
#undef TARGET
#undef NAME
#endif

void ww_threshold_codes(const ww_thresholds *t, const int32_t *source, int32_t *codes, int64_t count) {
#if defined(__x86_64__)
  const int level = ww_dispatch_level();
  if (level >= WW_AVX512) return codes_avx512(t, source, codes, count);
  if (level >= WW_AVX2) return codes_avx2(t, source, codes, count);
#endif
  codes_portable(t, source, codes, count);
}
