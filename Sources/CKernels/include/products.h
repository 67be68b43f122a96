// Sums of products of bytes: activations u in 0...255 (a code less the lowest one) and weights in
// -128...127, where the device multiplies u - zero.
//
// Layouts:
//   activations [rows][rowStride], readable for 64 bytes beyond the last product;
//   weights     [panels][depth / 4][16][4], a panel being 16 output channels;
//   sums        [rows][stride] int32, the 16 channels of each panel side by side.
#ifndef CKERNELS_PRODUCTS_H
#define CKERNELS_PRODUCTS_H

#include <stdint.h>

enum {
  WW_PANEL = 16,
  // `depth` is a multiple of this: products are filled up with weights of zero.
  WW_DEPTH_UNIT = 64,
};

typedef struct {
  const uint8_t *x;
  int64_t rowStride;
  const int8_t *w;
  int64_t panelStride;   // bytes from panel to panel: 16 * the depth of the layer
  int64_t rows, depth;
  int32_t panels;
  int64_t used;          // those behind so many products are multiplied with 0 and may be left out; a multiple of 4
} ww_products;

// Adds the products to `sums`, modulo 2^32.
void ww_accumulate(const ww_products *products, int32_t *sums, int64_t stride);

// start + products, modulo 2^32; `lowest` and `highest` [panels * 16] are updated with the sums.
void ww_wide_sums(const ww_products *products, const int32_t *start, int32_t *sums, int64_t stride,
                  int32_t *lowest, int32_t *highest);

enum {
  // The products of a block, between two looks at the accumulators, and of a part of it that is tracked; the last part
  // may have WW_DEPTH_UNIT more.
  WW_NARROW_BLOCK = 512,
  WW_NARROW_PART = 128,
  // The products of a group, behind each of which accumulators that may overflow are looked at.
  WW_NARROW_GROUP = 8,
};

// A narrow accumulator of `bits` (at most 29) bits: WW_WRAP or WW_SATURATE.
typedef struct {
  int32_t bits, policy;
  int32_t lanes;                // products summed exactly before each addition; divides WW_DEPTH_UNIT
  int32_t zero;                 // the u of the number zero
  int64_t products;             // without those that fill up `depth`
  // zero * the sum of the weights of each unit of products [depth / WW_DEPTH_UNIT][panels * 16], or NULL.
  const int32_t *zeroSums;
  // The root of the sum of the squared weights, rounded up: of each block [blocks][panels * 16] and of all products
  // [panels * 16].
  const int32_t *blockNorms, *wholeNorms;
  int32_t largestWeight;        // the largest magnitude of a weight
  const int8_t *channelWeights; // [panels * 16][depth], or NULL: the weights of the products serve, slower
  const int16_t *stepWeights;   // as `stepLayout` says
  int32_t stepLayout;
  int32_t inputShift;           // WW_STEP_SCALED: the left shift of inputs; weights are shifted by the rest
  const int32_t *start;         // the content before the first product [panels * 16]
  const int32_t *startExcess;   // what the bias lost before the first product [panels * 16]
  const int32_t *bias;          // a bias added last [panels * 16], or NULL
} ww_narrow;

enum {
  // [panels][depth / 2][16][2], weights shifted so that with the shift of the input a content lies in the
  // upper bits of 32: one product an addition, 32 - bits shifted places, at least 8.
  WW_STEP_SCALED,
  // [panels / 2][depth][32]: one product an addition, at most 16 bits.
  WW_STEP_HALF,
  // None: the weights of the products serve anything.
  WW_STEP_PLAIN
};

// What happened in each channel, added to what is there; [panels * 16] each.
typedef struct {
  int64_t *events, *biasEvents, *touched, *persistent, *netWraps;
  int32_t *lowest, *highest;  // of the exact final sums
  int64_t first;              // the earliest addition of products that left the range
  // Rows of each panel where some blocks were added again, and those where all were stepped [panels].
  int64_t *redone, *stepped;
  int64_t blocks, redoneBlocks;  // blocks and tracked parts of a row and a panel, and those added again
} ww_narrow_figures;

// The bytes of scratch that `ww_narrow_sums` needs.
int64_t ww_narrow_scratch(int32_t panels, int64_t depth);

// Forgets how the blocks of rows before went; before the first rows of an image, so that they always go alike.
void ww_narrow_begin(void *scratch, int32_t panels, int64_t depth);

// The contents of narrow accumulators: blocks whose prefixes cannot leave the range are summed at once, the
// others exactly. `contents` is [rows][stride].
void ww_narrow_sums(const ww_products *products, const ww_narrow *narrow, void *scratch,
                    int32_t *contents, int64_t stride, ww_narrow_figures *figures);

#endif
