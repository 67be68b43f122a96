#include "gather.h"

#include <string.h>

#include "dispatch.h"

// Copies of 64 bytes are one or two vectors, of whatever width there is.
#define GATHER(NAME, TARGET)                                                                        \
  static TARGET void NAME(const ww_patches *p, const uint8_t *image, int64_t first, int64_t count,  \
                          uint8_t *columns) {                                                       \
    int64_t y = first / p->outputWidth, x = first % p->outputWidth;                                 \
    for (int64_t i = 0; i < count; i++) {                                                           \
      const uint8_t *source = image + y * p->strideY + x * p->strideX;                              \
      uint8_t *target = columns + i * p->depth;                                                     \
      if (p->runBytes == 1) {                                                                       \
        for (int32_t run = 0; run < p->runs; run++) target[run] = source[p->offsets[run]];          \
      } else if (p->runBytes <= 16) {                                                               \
        for (int32_t run = 0; run < p->runs; run++)                                                 \
          memcpy(target + run * p->runBytes, source + p->offsets[run], 16);                         \
      } else if (p->runBytes <= 64) {                                                               \
        for (int32_t run = 0; run < p->runs; run++)                                                 \
          memcpy(target + run * p->runBytes, source + p->offsets[run], 64);                         \
      } else {                                                                                      \
        for (int32_t run = 0; run < p->runs; run++) {                                               \
          const uint8_t *from = source + p->offsets[run];                                           \
          uint8_t *to = target + run * p->runBytes;                                                 \
          for (int32_t byte = 0; byte < p->runBytes; byte += 64) memcpy(to + byte, from + byte, 64); \
        }                                                                                           \
      }                                                                                             \
      if (++x == p->outputWidth) {                                                                  \
        x = 0;                                                                                      \
        y++;                                                                                        \
      }                                                                                             \
    }                                                                                               \
  }

GATHER(gather_portable, )
#if defined(__x86_64__)
GATHER(gather_avx2, __attribute__((target("avx2"))))
GATHER(gather_avx512, __attribute__((target("avx512f,avx512bw,avx512vl"))))
#endif

void ww_gather(const ww_patches *patches, const uint8_t *image, int64_t first, int64_t count,
               uint8_t *columns) {
#if defined(__x86_64__)
  const int level = ww_dispatch_level();
  if (level >= WW_AVX512) return gather_avx512(patches, image, first, count, columns);
  if (level >= WW_AVX2) return gather_avx2(patches, image, first, count, columns);
#endif
  gather_portable(patches, image, first, count, columns);
}
