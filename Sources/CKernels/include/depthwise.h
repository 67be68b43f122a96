// Depthwise convolutions of bytes: one input channel for each output channel.
//
// A product is (u - zero) * w with a byte u of the image and a weight of 8 bits. `lanes` consecutive
// products are summed exactly before each addition to the accumulator.
#ifndef CKERNELS_DEPTHWISE_H
#define CKERNELS_DEPTHWISE_H

#include <stdint.h>

enum {
  WW_DEPTHWISE_BLOCK = 64,  // arrays by channel are filled up to a multiple of this
  WW_DEPTHWISE_SLACK = 64   // bytes behind the image that must be readable
};

typedef struct {
  // [rows][columns][channels] with its border of bytes `zero`; WW_DEPTHWISE_SLACK bytes follow.
  const uint8_t *image;
  int64_t columns, channels;
  // Output (y, x) starts at pixel (y * strideY, x * strideX) of the image.
  int64_t outputWidth, strideY, strideX;
  int32_t zero;      // 0...255
  int32_t products;  // of one output, in the order of the additions
  int32_t lanes;
  int32_t biasFirst;
  const int64_t *offsets;  // [products]: bytes from the first channel where an output starts
  const int8_t *weights;   // [products][channels filled up], 0 for a filling product or channel
  const int32_t *bias;     // [channels filled up], 0 for a filling channel
} ww_depthwise;

// Running figures by channel, [channels filled up] each.
typedef struct {
  int32_t *lowest, *highest;  // exact final sums
  int64_t *events;            // additions of products that left the range
  int64_t *biasEvents;        // additions of the bias that did
  int64_t *touched;           // outputs of which some exact prefix is outside the range
  int64_t *persistent;        // outputs whose exact final sum is
  int64_t *netWraps;          // |exact - content| >> bits, where the accumulator wraps
  int32_t first;              // the earliest addition of products that left the range, of all channels
} ww_depthwise_figures;

// Exact sums of the outputs first ..< first + count, out [count][channels]; no sum leaves 32 bits.
void ww_depthwise_wide(const ww_depthwise *layer, int64_t first, int64_t count, int32_t *out,
                       int32_t *lowest, int32_t *highest);

// The contents of an accumulator of `bits` bits, 2...31, that wraps (WW_WRAP) or saturates
// (WW_SATURATE). No exact prefix and no sum of a content with a group of products leaves 32 bits.
// Blocks of channels with proved[block] != 0 cannot overflow (proved may be NULL: none is).
void ww_depthwise_checked(const ww_depthwise *layer, const uint8_t *proved, int32_t bits,
                          int32_t policy, int64_t first, int64_t count, int32_t *out,
                          ww_depthwise_figures *figures);

#endif
