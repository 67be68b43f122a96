// Sums in a register that holds a floating-point number and is rounded after every addition.
#ifndef CKERNELS_FLOAT_REGISTERS_H
#define CKERNELS_FLOAT_REGISTERS_H

#include <stdint.h>

// A tile of `rows` outputs by 16 channels, as ww_tile, of whole numbers in doubles: all of them, every sum
// and every sum of magnitudes lie below 2^53, so that additions are exact until they are rounded.
typedef struct {
  const double *x;  // [rows][depth], or [rows][depth][16] where xIsVector
  const double *w;  // [depth][16]
  int64_t rows;
  int64_t depth;
  int32_t lanes;
  int32_t xIsVector;
  const double *bias;  // [16]
  int32_t biasFirst;
  // The significant bits of the register after the first one: 1 to 23. Its spacing is 1 or less where all
  // of its bits fit, so that small whole numbers are exact.
  int32_t mantissaBits;
  // The largest number of the register of each channel [16], and whether sums beyond it become that rather
  // than infinite.
  const double *largest;
  int32_t saturates;
} ww_float_registers;

// What happened to each output [rows][16]: the content, the sum without a register, the extremes of its
// prefixes (the 0 or the bias that it starts with included); and of each channel [16], added to what is
// there: additions of products beyond the range, of the bias, additions that rounded.
typedef struct {
  double *contents;
  double *exact;
  double *lowest;
  double *highest;
  int64_t *events;
  int64_t *biasEvents;
  int64_t *rounded;
  // The first addition of products that left the range; not touched where there is none before it.
  int64_t first;
} ww_float_figures;

void ww_float_registers_run(const ww_float_registers *tile, ww_float_figures *figures);

#endif
