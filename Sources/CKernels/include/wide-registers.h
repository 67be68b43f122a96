// Sums of operands beyond 32 bits, in 64 bits, through one register that is stepped addition by addition.
#ifndef CKERNELS_WIDE_REGISTERS_H
#define CKERNELS_WIDE_REGISTERS_H

#include <stdint.h>

// What becomes of a sum.
enum {
  WW_WIDE_UNLIMITED,
  WW_WIDE_WRAP,   // the low `bits` bits stay, sign-extended
  WW_WIDE_CLIP,   // clipped to low...high
  WW_WIDE_FLOAT,  // rounded to `precision` bits, ties to even; see ww_float_registers
};

// A tile of `rows` outputs by 16 channels, as ww_tile; the sum of all magnitudes lies below 2^62 / 3.
typedef struct {
  const int64_t *x;  // [rows][depth], or [rows][depth][16] where xIsVector
  const int64_t *w;  // [depth][16]
  int64_t rows;
  int64_t depth;
  int32_t lanes;
  int32_t xIsVector;
  const int64_t *bias;  // [16]
  int32_t biasFirst;
  int32_t kind;
  int32_t bits;
  int64_t low, high;
  int32_t precision;
  // Of a float register of each channel [16]: the places below its smallest spacing, at most 60, the
  // largest number, and what sums beyond it become: that, or INT64_MAX for infinity, which stays.
  const int64_t *dropped;
  const int64_t *largest;
  const int64_t *beyond;
} ww_wide_registers;

// As ww_float_figures, in integers.
typedef struct {
  int64_t *contents;
  int64_t *exact;
  int64_t *lowest;
  int64_t *highest;
  int64_t *events;
  int64_t *biasEvents;
  int64_t *rounded;
  int64_t first;
} ww_wide_figures;

void ww_wide_registers_run(const ww_wide_registers *tile, ww_wide_figures *figures);

#endif
