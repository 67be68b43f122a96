#include "depthwise-parts.h"

// Vectors never cross a function boundary that is not inlined, so their calling convention is moot.
#pragma clang diagnostic ignored "-Wpsabi"

typedef uint8_t u8x16 __attribute__((vector_size(16), aligned(1)));
typedef int8_t i8x16 __attribute__((vector_size(16), aligned(1)));
typedef int16_t i16x16 __attribute__((vector_size(32), aligned(2)));
typedef int32_t i32x16 __attribute__((vector_size(64), aligned(4)));
typedef uint32_t u32x16 __attribute__((vector_size(64), aligned(4)));

#define TARGET
#define NAME(f) depthwise_##f##_portable
#include "depthwise.inc"
#undef NAME
#undef TARGET
#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2,fma")))
#define NAME(f) depthwise_##f##_avx2
#include "depthwise.inc"
#undef NAME
#undef TARGET
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define NAME(f) depthwise_##f##_avx512
#include "depthwise.inc"
#undef NAME
#undef TARGET
#endif

// Every 16 channels of a block by themselves.
static void wide_16(const ww_depthwise *layer, int level, int64_t channel, int64_t first,
                    int64_t count, int32_t *out, int32_t *lowest, int32_t *highest) {
#if defined(__x86_64__)
  if (level >= WW_AVX512)
    return depthwise_wide_avx512(layer, channel, first, count, out, lowest, highest);
  if (level >= WW_AVX2)
    return depthwise_wide_avx2(layer, channel, first, count, out, lowest, highest);
#endif
  (void)level;
  depthwise_wide_portable(layer, channel, first, count, out, lowest, highest);
}

static void checked_16(const ww_depthwise *layer, int level, int64_t channel, int bits,
                       int saturate, int64_t first, int64_t count, int32_t *out,
                       ww_depthwise_figures *figures) {
#if defined(__x86_64__)
  if (level >= WW_AVX512)
    return depthwise_checked_avx512(layer, channel, bits, saturate, first, count, out, figures);
  if (level >= WW_AVX2)
    return depthwise_checked_avx2(layer, channel, bits, saturate, first, count, out, figures);
#endif
  (void)level;
  depthwise_checked_portable(layer, channel, bits, saturate, first, count, out, figures);
}

static int uses_vnni(const ww_depthwise *layer, int level) {
#if defined(__x86_64__)
  return level >= WW_VNNI && layer->products <= 4 * WW_DEPTHWISE_QUADS;
#else
  return 0;
#endif
}

static void wide_block(const ww_depthwise *layer, int level, int64_t channel, int64_t first,
                       int64_t count, int32_t *out, int32_t *lowest, int32_t *highest) {
#if defined(__x86_64__)
  if (uses_vnni(layer, level))
    return ww_depthwise_wide_vnni(layer, channel, first, count, out, lowest, highest);
#endif
  for (int64_t c = channel; c < channel + WW_DEPTHWISE_BLOCK && c < layer->channels; c += 16)
    wide_16(layer, level, c, first, count, out, lowest, highest);
}

void ww_depthwise_wide(const ww_depthwise *layer, int64_t first, int64_t count, int32_t *out,
                       int32_t *lowest, int32_t *highest) {
  const int level = ww_dispatch_level();
  for (int64_t channel = 0; channel < layer->channels; channel += WW_DEPTHWISE_BLOCK)
    wide_block(layer, level, channel, first, count, out, lowest, highest);
}

void ww_depthwise_checked(const ww_depthwise *layer, const uint8_t *proved, int32_t bits,
                          int32_t policy, int64_t first, int64_t count, int32_t *out,
                          ww_depthwise_figures *figures) {
  const int level = ww_dispatch_level(), saturate = policy == WW_SATURATE;
  for (int64_t channel = 0; channel < layer->channels; channel += WW_DEPTHWISE_BLOCK) {
    if (proved && proved[channel / WW_DEPTHWISE_BLOCK]) {
      wide_block(layer, level, channel, first, count, out, figures->lowest, figures->highest);
      continue;
    }
#if defined(__x86_64__)
    if (uses_vnni(layer, level)) {
      ww_depthwise_checked_vnni(layer, channel, bits, saturate, first, count, out, figures);
      continue;
    }
#endif
    for (int64_t c = channel; c < channel + WW_DEPTHWISE_BLOCK && c < layer->channels; c += 16)
      checked_16(layer, level, c, bits, saturate, first, count, out, figures);
  }
}
