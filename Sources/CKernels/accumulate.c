#include "dispatch.h"
#include "products.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))

// ---- Portable: the reference that the others equal.

typedef int32_t i32x16 __attribute__((vector_size(64), aligned(4)));

#define PORTABLE_ROWS(R)                                                             \
  for (; row + R <= p->rows; row += R) {                                             \
    const uint8_t *x[R];                                                             \
    i32x16 sum[R];                                                                   \
    for (int r = 0; r < R; r++) {                                                    \
      x[r] = p->x + (row + r) * p->rowStride;                                        \
      sum[r] = *(const i32x16 *)(sums + (row + r) * stride + 16 * panel);            \
    }                                                                                \
    for (int64_t k = 0; k < p->used; k += 4) {                                      \
      const i32x16 quad = *(const i32x16 *)(w + 16 * k);                             \
      const i32x16 w0 = quad << 24 >> 24, w1 = quad << 16 >> 24, w2 = quad << 8 >> 24, \
                   w3 = quad >> 24;                                                  \
      for (int r = 0; r < R; r++)                                                    \
        sum[r] += w0 * x[r][k] + w1 * x[r][k + 1] + w2 * x[r][k + 2] + w3 * x[r][k + 3]; \
    }                                                                                \
    for (int r = 0; r < R; r++)                                                      \
      *(i32x16 *)(sums + (row + r) * stride + 16 * panel) = sum[r];                  \
  }

static void accumulate_portable(const ww_products *p, int32_t *sums, int64_t stride) {
  for (int32_t panel = 0; panel < p->panels; panel++) {
    const int8_t *w = p->w + panel * p->panelStride;
    int64_t row = 0;
    PORTABLE_ROWS(4)
    PORTABLE_ROWS(1)
  }
}

#if defined(__x86_64__)
#include <immintrin.h>

// ---- AVX2: pairs of 16-bit products.

#define AVX2 __attribute__((target("avx2,fma")))

// Half a panel: 8 channels, four products each, as two pairs of 16 bits a channel.
INLINE AVX2 void avx2_rows(const ww_products *p, const int8_t *w, int64_t row, int count,
                           int32_t *sums, int64_t stride) {
  __m256i sum[4][2];
  for (int r = 0; r < count; r++) sum[r][0] = sum[r][1] = _mm256_setzero_si256();
  const uint8_t *x = p->x + row * p->rowStride;
  for (int64_t k = 0; k < p->used; k += 4) {
    const __m256i w0 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(w + 16 * k)));
    const __m256i w1 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(w + 16 * k + 16)));
    for (int r = 0; r < count; r++) {
      int32_t quad;
      memcpy(&quad, x + r * p->rowStride + k, 4);
      const __m256i u = _mm256_cvtepu8_epi16(_mm_set1_epi32(quad));
      sum[r][0] = _mm256_add_epi32(sum[r][0], _mm256_madd_epi16(u, w0));
      sum[r][1] = _mm256_add_epi32(sum[r][1], _mm256_madd_epi16(u, w1));
    }
  }
  for (int r = 0; r < count; r++) {
    __m256i *target = (__m256i *)(sums + (row + r) * stride);
    const __m256i both = _mm256_permute4x64_epi64(_mm256_hadd_epi32(sum[r][0], sum[r][1]), 0xD8);
    _mm256_storeu_si256(target, _mm256_add_epi32(_mm256_loadu_si256(target), both));
  }
}

static AVX2 void accumulate_avx2(const ww_products *p, int32_t *sums, int64_t stride) {
  for (int32_t half = 0; half < 2 * p->panels; half++) {
    const int8_t *w = p->w + half / 2 * p->panelStride + half % 2 * 32;
    int64_t row = 0;
    for (; row + 4 <= p->rows; row += 4) avx2_rows(p, w, row, 4, sums + 8 * half, stride);
    for (; row < p->rows; row++) avx2_rows(p, w, row, 1, sums + 8 * half, stride);
  }
}

// ---- AVX-512 VNNI: tiles of rows and panels in registers.

#define VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))

INLINE VNNI void vnni_tile(const ww_products *p, int64_t row, int rows, int32_t panel, int panels,
                           int32_t *sums, int64_t stride) {
  __m512i sum[8][8];
  const uint8_t *x = p->x + row * p->rowStride;
  const int8_t *w = p->w + panel * p->panelStride;
  sums += row * stride + 16 * panel;
  for (int r = 0; r < rows; r++)
    for (int j = 0; j < panels; j++) sum[r][j] = _mm512_loadu_si512(sums + r * stride + 16 * j);
  for (int64_t k = 0; k < p->used; k += 4) {
    __m512i weight[8];
    for (int j = 0; j < panels; j++)
      weight[j] = _mm512_loadu_si512(w + j * p->panelStride + 16 * k);
    for (int r = 0; r < rows; r++) {
      int32_t quad;
      memcpy(&quad, x + r * p->rowStride + k, 4);
      const __m512i u = _mm512_set1_epi32(quad);
      for (int j = 0; j < panels; j++) sum[r][j] = _mm512_dpbusd_epi32(sum[r][j], u, weight[j]);
    }
  }
  for (int r = 0; r < rows; r++)
    for (int j = 0; j < panels; j++) _mm512_storeu_si512(sums + r * stride + 16 * j, sum[r][j]);
}

// All panels of a few rows: `PANELS` at a time, then one by one.
#define VNNI_ROWS(ROWS, PANELS)                                                             \
  {                                                                                         \
    int32_t panel = 0;                                                                      \
    for (; panel + PANELS <= p->panels; panel += PANELS)                                    \
      vnni_tile(p, row, ROWS, panel, PANELS, sums, stride);                                 \
    for (; panel < p->panels; panel++) vnni_tile(p, row, ROWS, panel, 1, sums, stride);     \
  }

static VNNI void accumulate_vnni_from(const ww_products *p, int64_t row, int32_t *sums,
                                      int64_t stride) {
  for (; row + 8 <= p->rows; row += 8) VNNI_ROWS(8, 2)
  for (; row + 4 <= p->rows; row += 4) VNNI_ROWS(4, 4)
  for (; row + 2 <= p->rows; row += 2) VNNI_ROWS(2, 4)
  for (; row < p->rows; row++) VNNI_ROWS(1, 8)
}

static VNNI void accumulate_vnni(const ww_products *p, int32_t *sums, int64_t stride) {
  accumulate_vnni_from(p, 0, sums, stride);
}

// ---- AMX: tiles of 16 rows by 16 channels, 64 products an instruction.

#include "amx.h"

INLINE AMX void amx_tile(const uint8_t *x, int64_t rowStride, const int8_t *w, int64_t panelStride,
                         int64_t depth, int twoRows, int twoPanels, int32_t *sums, int64_t stride) {
  const int64_t bytes = 4 * stride;
  _tile_loadd(0, sums, bytes);
  if (twoPanels) _tile_loadd(1, sums + 16, bytes);
  if (twoRows) _tile_loadd(2, sums + 16 * stride, bytes);
  if (twoRows && twoPanels) _tile_loadd(3, sums + 16 * stride + 16, bytes);
  for (int64_t k = 0; k < depth; k += 64) {
    _tile_loadd(4, x + k, rowStride);
    _tile_loadd(6, w + 16 * k, 64);
    _tile_dpbusd(0, 4, 6);
    if (twoPanels) {
      _tile_loadd(7, w + panelStride + 16 * k, 64);
      _tile_dpbusd(1, 4, 7);
    }
    if (twoRows) {
      _tile_loadd(5, x + 16 * rowStride + k, rowStride);
      _tile_dpbusd(2, 5, 6);
      if (twoPanels) _tile_dpbusd(3, 5, 7);
    }
  }
  _tile_stored(0, sums, bytes);
  if (twoPanels) _tile_stored(1, sums + 16, bytes);
  if (twoRows) _tile_stored(2, sums + 16 * stride, bytes);
  if (twoRows && twoPanels) _tile_stored(3, sums + 16 * stride + 16, bytes);
}

INLINE AMX void amx_rows(const ww_products *p, int64_t row, int twoRows, int32_t *sums,
                         int64_t stride) {
  const uint8_t *x = p->x + row * p->rowStride;
  const int8_t *w = p->w;
  sums += row * stride;
  int32_t panel = 0;
  for (; panel + 2 <= p->panels; panel += 2)
    amx_tile(x, p->rowStride, w + panel * p->panelStride, p->panelStride, p->depth, twoRows, 1,
             sums + 16 * panel, stride);
  if (panel < p->panels)
    amx_tile(x, p->rowStride, w + panel * p->panelStride, p->panelStride, p->depth, twoRows, 0,
             sums + 16 * panel, stride);
}

static AMX void accumulate_amx(const ww_products *p, int32_t *sums, int64_t stride) {
  // A tile of a few rows costs as much as a full one.
  enum { FEW_ROWS = 4 };
  int64_t row = 0;
  if (p->rows > FEW_ROWS) {
    if (p->rows >= 32) {
      amx_configure(16, 16);
      for (; row + 32 <= p->rows; row += 32) amx_rows(p, row, 1, sums, stride);
    }
    const int64_t rest = p->rows - row;
    if (rest > 16) {
      amx_configure(16, (int)rest - 16);
      amx_rows(p, row, 1, sums, stride);
      row = p->rows;
    } else if (rest > FEW_ROWS) {
      amx_configure((int)rest, 16);
      amx_rows(p, row, 0, sums, stride);
      row = p->rows;
    }
    _tile_release();
  }
  accumulate_vnni_from(p, row, sums, stride);
}
#endif

#if defined(__aarch64__)
#include <arm_neon.h>

// ---- NEON: with the matrix extension four products of u8 by s8 a lane, else products of 16 bits.

#define I8MM __attribute__((target("arch=armv8.2-a+dotprod+i8mm")))

INLINE I8MM void i8mm_rows(const ww_products *p, const int8_t *w, int64_t row, int count,
                           int32_t *sums, int64_t stride) {
  const uint8_t *x = p->x + row * p->rowStride;
  int32x4_t sum[4][4];
  for (int r = 0; r < count; r++)
    for (int j = 0; j < 4; j++) sum[r][j] = vld1q_s32(sums + (row + r) * stride + 4 * j);
  for (int64_t k = 0; k < p->used; k += 4) {
    int8x16_t weight[4];
    for (int j = 0; j < 4; j++) weight[j] = vld1q_s8(w + 16 * k + 16 * j);
    for (int r = 0; r < count; r++) {
      uint32_t quad;
      memcpy(&quad, x + r * p->rowStride + k, 4);
      const uint8x16_t u = vreinterpretq_u8_u32(vdupq_n_u32(quad));
      for (int j = 0; j < 4; j++) sum[r][j] = vusdotq_s32(sum[r][j], u, weight[j]);
    }
  }
  for (int r = 0; r < count; r++)
    for (int j = 0; j < 4; j++) vst1q_s32(sums + (row + r) * stride + 4 * j, sum[r][j]);
}

static I8MM void accumulate_i8mm(const ww_products *p, int32_t *sums, int64_t stride) {
  for (int32_t panel = 0; panel < p->panels; panel++) {
    const int8_t *w = p->w + panel * p->panelStride;
    int64_t row = 0;
    for (; row + 4 <= p->rows; row += 4) i8mm_rows(p, w, row, 4, sums + 16 * panel, stride);
    for (; row < p->rows; row++) i8mm_rows(p, w, row, 1, sums + 16 * panel, stride);
  }
}

// Four channels; the four products of each have a sum of their own until the end.
INLINE void neon_rows(const ww_products *p, const int8_t *w, int64_t row, int count, int32_t *sums,
                      int64_t stride) {
  const uint8_t *x = p->x + row * p->rowStride;
  int32x4_t sum[4][4];
  for (int r = 0; r < count; r++)
    for (int j = 0; j < 4; j++) sum[r][j] = vdupq_n_s32(0);
  for (int64_t k = 0; k < p->used; k += 4) {
    const int8x16_t weights = vld1q_s8(w + 16 * k);
    const int16x8_t low = vmovl_s8(vget_low_s8(weights)), high = vmovl_s8(vget_high_s8(weights));
    for (int r = 0; r < count; r++) {
      uint32_t quad;
      memcpy(&quad, x + r * p->rowStride + k, 4);
      const int16x8_t u = vreinterpretq_s16_u16(vmovl_u8(vreinterpret_u8_u32(vdup_n_u32(quad))));
      sum[r][0] = vmlal_s16(sum[r][0], vget_low_s16(u), vget_low_s16(low));
      sum[r][1] = vmlal_high_s16(sum[r][1], u, low);
      sum[r][2] = vmlal_s16(sum[r][2], vget_low_s16(u), vget_low_s16(high));
      sum[r][3] = vmlal_high_s16(sum[r][3], u, high);
    }
  }
  for (int r = 0; r < count; r++) {
    int32_t *target = sums + (row + r) * stride;
    const int32x4_t all = vpaddq_s32(vpaddq_s32(sum[r][0], sum[r][1]),
                                     vpaddq_s32(sum[r][2], sum[r][3]));
    vst1q_s32(target, vaddq_s32(vld1q_s32(target), all));
  }
}

static void accumulate_neon(const ww_products *p, int32_t *sums, int64_t stride) {
  for (int32_t quarter = 0; quarter < 4 * p->panels; quarter++) {
    const int8_t *w = p->w + quarter / 4 * p->panelStride + quarter % 4 * 16;
    int64_t row = 0;
    for (; row + 4 <= p->rows; row += 4) neon_rows(p, w, row, 4, sums + 4 * quarter, stride);
    for (; row < p->rows; row++) neon_rows(p, w, row, 1, sums + 4 * quarter, stride);
  }
}
#endif

void ww_accumulate(const ww_products *products, int32_t *sums, int64_t stride) {
#if defined(__x86_64__)
  switch (ww_dispatch_level()) {
    case WW_AMX: return accumulate_amx(products, sums, stride);
    case WW_VNNI: return accumulate_vnni(products, sums, stride);
    case WW_AVX512:
    case WW_AVX2: return accumulate_avx2(products, sums, stride);
    default: break;
  }
#elif defined(__aarch64__)
  switch (ww_dispatch_level()) {
    case WW_I8MM: return accumulate_i8mm(products, sums, stride);
    case WW_NEON: return accumulate_neon(products, sums, stride);
    default: break;
  }
#endif
  accumulate_portable(products, sums, stride);
}

#define WIDE(NAME, TARGET)                                                                         \
  static TARGET void PASTE(fill, NAME)(const ww_products *p, const int32_t *start, int32_t *sums, \
                                       int64_t stride) {                                          \
    for (int32_t panel = 0; panel < p->panels; panel++) {                                         \
      const i32x16 first = *(const i32x16 *)(start + 16 * panel);                                 \
      for (int64_t row = 0; row < p->rows; row++)                                                 \
        *(i32x16 *)(sums + row * stride + 16 * panel) = first;                                    \
    }                                                                                             \
  }                                                                                               \
  static TARGET void PASTE(extremes, NAME)(const ww_products *p, const int32_t *sums,             \
                                           int64_t stride, int32_t *lowest, int32_t *highest) {   \
    for (int32_t panel = 0; panel < p->panels; panel++) {                                         \
      i32x16 low = *(const i32x16 *)(lowest + 16 * panel);                                        \
      i32x16 high = *(const i32x16 *)(highest + 16 * panel);                                      \
      for (int64_t row = 0; row < p->rows; row++) {                                               \
        const i32x16 sum = *(const i32x16 *)(sums + row * stride + 16 * panel);                   \
        low = __builtin_elementwise_min(low, sum);                                                \
        high = __builtin_elementwise_max(high, sum);                                              \
      }                                                                                           \
      *(i32x16 *)(lowest + 16 * panel) = low;                                                     \
      *(i32x16 *)(highest + 16 * panel) = high;                                                   \
    }                                                                                             \
  }

#define PASTE2(a, b) a##_##b
#define PASTE(a, b) PASTE2(a, b)
WIDE(portable, )
#if defined(__x86_64__)
WIDE(avx2, AVX2)
WIDE(avx512, __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))))
#endif

void ww_wide_sums(const ww_products *p, const int32_t *start, int32_t *sums, int64_t stride,
                  int32_t *lowest, int32_t *highest) {
#if defined(__x86_64__)
  const int level = ww_dispatch_level();
  if (level >= WW_AVX512) {
    fill_avx512(p, start, sums, stride);
    ww_accumulate(p, sums, stride);
    return extremes_avx512(p, sums, stride, lowest, highest);
  }
  if (level >= WW_AVX2) {
    fill_avx2(p, start, sums, stride);
    ww_accumulate(p, sums, stride);
    return extremes_avx2(p, sums, stride, lowest, highest);
  }
#endif
  fill_portable(p, start, sums, stride);
  ww_accumulate(p, sums, stride);
  extremes_portable(p, sums, stride, lowest, highest);
}
