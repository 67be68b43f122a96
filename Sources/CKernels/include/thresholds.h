// Codes by tables of thresholds, sixteen channels side by side.
#ifndef CKERNELS_THRESHOLDS_H
#define CKERNELS_THRESHOLDS_H

#include <stdint.h>

typedef struct {
  int64_t channels;            // side by side at each place; 1 for one table of all
  int32_t steps;               // the thresholds of a channel
  const int32_t *thresholds;   // ascending [(channels + 15) / 16][steps][16]; one table is repeated sixteen times
  // [channels][steps + 1], for as many thresholds as a number reaches; NULL stands for `first` plus that many.
  const int32_t *codes;
  const int32_t *first;        // [(channels + 15) / 16][16], so is the first code of one table
  // Whether numbers are bit patterns of float32, which thresholds order as integers; else less `zeroPoint`.
  int32_t readsReals, zeroPoint;
} ww_thresholds;

// The codes of `count` numbers: for each the number of thresholds that are at most it decides.
void ww_threshold_codes(const ww_thresholds *t, const int32_t *source, int32_t *codes, int64_t count);

#endif
