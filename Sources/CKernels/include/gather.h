// Images of bytes to columns: the inputs of each output side by side, in the order of the additions.
#ifndef CKERNELS_GATHER_H
#define CKERNELS_GATHER_H

#include <stdint.h>

// Where the inputs of outputs lie in an image [rows][columns][channels] with its border.
typedef struct {
  int64_t outputWidth;
  int64_t strideY, strideX;  // bytes between the first inputs of outputs below and beside each other
  const int32_t *offsets;    // of each run of bytes, from the first input
  int32_t runs, runBytes;
  int32_t depth;             // the bytes of a row of columns, at least runs * runBytes
} ww_patches;

// Writes the inputs of outputs `first` to `first + count - 1`: [count][depth]. Reads and writes up to 64
// bytes beyond a run; what lies behind the last run of a row is not set.
void ww_gather(const ww_patches *patches, const uint8_t *image, int64_t first, int64_t count,
               uint8_t *columns);

#endif
