// Depthwise 3x3 convolutions from the bytes of an image to output bytes, without a bordered image in
// between, where no sum can leave the accumulator.
#ifndef CKERNELS_DEPTHWISE_CODES_H
#define CKERNELS_DEPTHWISE_CODES_H

#include <stdint.h>

#include "requantize.h"

typedef struct {
  // [height][width][channels]; 64 bytes more are readable.
  const uint8_t *image;
  int64_t height, width, channels;
  int64_t outputHeight, outputWidth, strideY, strideX, padTop, padLeft;
  int32_t border;           // the byte of places outside of the image
  const int8_t *weights;    // [blocks of 64 channels][3 columns][256]: weight 3 is 0, the others those of
                            // rows 0 to 2, for the channels in the order of unpacked bytes
  const int32_t *start;     // what the sum of each channel starts with [channels filled up]
} ww_depthwise_image;

// The place among the 64 channels of a block of 32-bit number `place` in the order of unpacked bytes.
static inline int32_t ww_unpacked_channel(int32_t place) {
  return place % 16 / 4 * 16 + place / 16 * 4 + place % 4;
}

// Bytes [outputHeight][outputWidth][channels]; `lowest` and `highest` [channels filled up] are updated with
// the sums. Whether it was done: 0 where the instructions for it are missing.
int ww_depthwise_codes(const ww_depthwise_image *layer, const ww_requantization *r, int32_t *lowest,
                       int32_t *highest, uint8_t *out);

#endif
