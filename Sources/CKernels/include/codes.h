// Sums of products of bytes that become output bytes while they are in the first cache.
#ifndef CKERNELS_CODES_H
#define CKERNELS_CODES_H

#include "products.h"
#include "requantize.h"

// The sums that `scratch` of `ww_wide_codes` has room for, with `panels` panels.
enum { WW_CODES_SUMS = 8192, WW_CODES_ROWS = 8 };

// What ww_wide_sums gives, rescaled by ww_requantize: the first `channels` of each row to bytes
// [rows][outStride]. `scratch` holds WW_CODES_SUMS sums, or WW_CODES_ROWS rows of all panels if
// those are more.
void ww_wide_codes(const ww_products *products, const int32_t *start, const ww_requantization *r,
                   int32_t channels, int32_t *scratch, int32_t *lowest, int32_t *highest,
                   uint8_t *out, int64_t outStride);

// Rows that are proved together, and so many rows of all panels `sums` of `ww_narrow_codes` has room for.
enum { WW_NARROW_ROWS = 32 };

// What ww_narrow_sums gives, rescaled by ww_requantize. Rows that cannot overflow, by their norm, go as in
// ww_wide_codes, from `wideStart`: the bias less the share of the zero. `squares` is the sum of the squared
// inputs of each row, or NULL; `sums` holds WW_NARROW_ROWS rows of all panels and what ww_wide_codes asks for.
void ww_narrow_codes(const ww_products *products, const ww_narrow *narrow, const int32_t *wideStart,
                     const int32_t *squares, const ww_requantization *r, int32_t channels,
                     void *scratch, int32_t *sums, ww_narrow_figures *figures, uint8_t *out,
                     int64_t outStride);

#endif
