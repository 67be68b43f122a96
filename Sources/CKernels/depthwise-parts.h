// What the implementations of depthwise layers share.
#ifndef CKERNELS_DEPTHWISE_PARTS_H
#define CKERNELS_DEPTHWISE_PARTS_H

#include "CKernels.h"

// Channels filled up to whole blocks.
static inline int64_t filled_up(int64_t channels) {
  return (channels + WW_DEPTHWISE_BLOCK - 1) / WW_DEPTHWISE_BLOCK * WW_DEPTHWISE_BLOCK;
}

// A walk over outputs, row by row.
typedef struct {
  int64_t x, origin, rowOrigin;
} ww_position;

static inline ww_position position_of(const ww_depthwise *layer, int64_t output) {
  const int64_t y = output / layer->outputWidth, x = output % layer->outputWidth;
  ww_position position = {.x = x, .rowOrigin = y * layer->strideY * layer->columns * layer->channels};
  position.origin = position.rowOrigin + x * layer->strideX * layer->channels;
  return position;
}

// Where the present output starts in the image; goes on to the next output.
static inline int64_t next_origin(const ww_depthwise *layer, ww_position *position) {
  const int64_t origin = position->origin;
  position->x++;
  position->origin += layer->strideX * layer->channels;
  if (position->x == layer->outputWidth) {
    position->x = 0;
    position->rowOrigin += layer->strideY * layer->columns * layer->channels;
    position->origin = position->rowOrigin;
  }
  return origin;
}

#if defined(__x86_64__)
// 64 channels with AVX-512 VNNI, for layers of at most WW_DEPTHWISE_QUADS * 4 products.
enum { WW_DEPTHWISE_QUADS = 32 };

void ww_depthwise_wide_vnni(const ww_depthwise *layer, int64_t channel, int64_t first,
                            int64_t count, int32_t *out, int32_t *lowest, int32_t *highest);
void ww_depthwise_checked_vnni(const ww_depthwise *layer, int64_t channel, int bits, int saturate,
                               int64_t first, int64_t count, int32_t *out,
                               ww_depthwise_figures *figures);
#endif

#endif
