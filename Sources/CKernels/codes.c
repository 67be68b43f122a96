#include "codes-tiles.h"

#if defined(__x86_64__)
#include "amx.h"

// Tiles of 16 rows by 16 channels, two of rows by two of channels at a time.
enum { FEW_ROWS = 4 };

// Sums of one or two panels, [rows][32] in `sums`.
INLINE AMX void tile_sums(const uint8_t *x, int64_t rowStride, int first, const int8_t *w,
                          int64_t panelStride, int64_t depth, int twoRows, int twoPanels,
                          int32_t *sums) {
  const uint8_t *y = x + first * rowStride;
  _tile_zero(0);
  if (twoPanels) _tile_zero(1);
  if (twoRows) _tile_zero(2);
  if (twoRows && twoPanels) _tile_zero(3);
  for (int64_t k = 0; k < depth; k += 64) {
    _tile_loadd(4, x + k, rowStride);
    _tile_loadd(6, w + SIDE * k, 64);
    _tile_dpbusd(0, 4, 6);
    if (twoPanels) {
      _tile_loadd(7, w + panelStride + SIDE * k, 64);
      _tile_dpbusd(1, 4, 7);
    }
    if (twoRows) {
      _tile_loadd(5, y + k, rowStride);
      _tile_dpbusd(2, 5, 6);
      if (twoPanels) _tile_dpbusd(3, 5, 7);
    }
  }
  _tile_stored(0, sums, 128);
  if (twoPanels) _tile_stored(1, sums + SIDE, 128);
  if (twoRows) _tile_stored(2, sums + 32 * first, 128);
  if (twoRows && twoPanels) _tile_stored(3, sums + 32 * first + SIDE, 128);
}

// `first` and `second` rows of tiles from `row` on, of one or two panels.
INLINE AMX void amx_block(const codes_work *a, int64_t row, int first, int second, int32_t panel,
                          int twoPanels) {
  const ww_products *p = a->p;
  _Alignas(64) int32_t sums[2 * SIDE * 32];
  const uint8_t *x = p->x + row * p->rowStride;
  const int8_t *w = p->w + panel * p->panelStride;
  if (second)
    tile_sums(x, p->rowStride, first, w, p->panelStride, p->depth, 1, twoPanels, sums);
  else
    tile_sums(x, p->rowStride, first, w, p->panelStride, p->depth, 0, twoPanels, sums);
  codes_of_sums(a, row, first + second, panel, 1 + twoPanels, sums);
}

static AMX void amx_codes(const codes_work *a) {
  const ww_products *p = a->p;
  // Blocks of the same number of rows, or one more: a few rows take as long as many.
  const int64_t blocks = (p->rows + 2 * SIDE - 1) / (2 * SIDE);
  int64_t row = 0;
  int configured = 0;
  for (int64_t block = 0; block < blocks; block++) {
    const int rows = (int)((p->rows - row + blocks - block - 1) / (blocks - block));
    const int first = rows > SIDE ? (rows + 1) / 2 : rows, second = rows - first;
    if (rows != configured) amx_configure(first, second);
    configured = rows;
    int32_t panel = 0;
    for (; panel + 2 <= p->panels; panel += 2) amx_block(a, row, first, second, panel, 1);
    if (panel < p->panels) amx_block(a, row, first, second, panel, 0);
    row += rows;
  }
  _tile_release();
}

// Sums of one or two panels, [VNNI_ROWS][32] in `sums`.
INLINE VNNI void vnni_sums(const uint8_t *x, int64_t rowStride, const int8_t *w, int64_t panelStride,
                           int64_t depth, int panels, int32_t *sums) {
  __m512i sum[VNNI_ROWS][2];
  for (int r = 0; r < VNNI_ROWS; r++)
    for (int j = 0; j < panels; j++) sum[r][j] = _mm512_setzero_si512();
  for (int64_t k = 0; k < depth; k += 4) {
    __m512i weight[2];
    for (int j = 0; j < panels; j++)
      weight[j] = _mm512_loadu_si512(w + j * panelStride + SIDE * k);
    for (int r = 0; r < VNNI_ROWS; r++) {
      int32_t quad;
      memcpy(&quad, x + r * rowStride + k, 4);
      const __m512i u = _mm512_set1_epi32(quad);
      for (int j = 0; j < panels; j++) sum[r][j] = _mm512_dpbusd_epi32(sum[r][j], u, weight[j]);
    }
  }
  for (int r = 0; r < VNNI_ROWS; r++)
    for (int j = 0; j < panels; j++) _mm512_store_si512(sums + 32 * r + SIDE * j, sum[r][j]);
}

INLINE VNNI void vnni_block(const codes_work *a, int64_t row, int32_t panel, int panels) {
  const ww_products *p = a->p;
  _Alignas(64) int32_t sums[VNNI_ROWS * 32];
  vnni_sums(p->x + row * p->rowStride, p->rowStride, p->w + panel * p->panelStride, p->panelStride,
            p->used, panels, sums);
  codes_of_sums(a, row, VNNI_ROWS, panel, panels, sums);
}

// As many rows as come in whole tiles; returns how many.
static VNNI int64_t vnni_codes(const codes_work *a) {
  const ww_products *p = a->p;
  int64_t row = 0;
  for (; row + VNNI_ROWS <= p->rows; row += VNNI_ROWS) {
    int32_t panel = 0;
    for (; panel + 2 <= p->panels; panel += 2) vnni_block(a, row, panel, 2);
    if (panel < p->panels) vnni_block(a, row, panel, 1);
  }
  return row;
}
#endif

void ww_wide_codes(const ww_products *p, const int32_t *start, const ww_requantization *r,
                   int32_t channels, int32_t *scratch, int32_t *lowest, int32_t *highest,
                   uint8_t *out, int64_t outStride) {
  int64_t first = 0;
#if defined(__x86_64__)
  const int level = ww_dispatch_level();
  if (level >= WW_VNNI && p->rows > FEW_ROWS) {
    const codes_work work = {p,      start,   r,   channels,
                             lowest, highest, out, outStride, is_plain(r, channels)};
    if (level >= WW_AMX) return amx_codes(&work);
    first = vnni_codes(&work);
  }
#endif
  const int64_t stride = WW_PANEL * (int64_t)p->panels;
  int64_t most = WW_CODES_SUMS / stride / WW_CODES_ROWS * WW_CODES_ROWS;
  if (most < WW_CODES_ROWS) most = WW_CODES_ROWS;
  for (int64_t row = first; row < p->rows; row += most) {
    ww_products part = *p;
    part.x += row * p->rowStride;
    part.rows = p->rows - row < most ? p->rows - row : most;
    ww_wide_sums(&part, start, scratch, stride, lowest, highest);
    ww_requantize(r, scratch, stride, part.rows, channels, out + row * outStride, outStride);
  }
}
