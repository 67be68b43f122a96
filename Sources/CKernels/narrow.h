// The state of narrow accumulators: rows and panels of a layer, their lists and scratch. Of narrow.c only.
#ifndef CKERNELS_NARROW_H
#define CKERNELS_NARROW_H

#include "CKernels.h"
#include "products.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

// Vectors never cross a function boundary that is not inlined, so their calling convention is moot.
#pragma clang diagnostic ignored "-Wpsabi"

typedef int32_t i32x16 __attribute__((vector_size(64), aligned(4)));
typedef int16_t i16x32 __attribute__((vector_size(64), aligned(1)));

// Two numbers of 16 bits, over and over.
#define PAIR(lower, upper) \
  (i16x32)((i32x16){0} + (int32_t)((uint16_t)(lower) | (uint32_t)(uint16_t)(upper) << 16))

enum {
  GROUP = 32,        // rows worked on at a time
  CHUNK_PANELS = 16,  // panels whose sums stay in the nearest cache
  CHUNK = 16 * CHUNK_PANELS,
};

// A row and a panel of a chunk with a block that must be stepped.
typedef struct {
  int32_t row, panel;
} narrow_item;

enum { LIST = WW_NARROW_BLOCK + 16 };

// The quads of products of a unit.
enum { QUADS = WW_DEPTH_UNIT / 4 };

// The inputs of each row that are not zero, of the block at hand.
typedef struct {
  int32_t *inputs;  // [GROUP][2][LIST]: as the kernels of the layout broadcast them, and the places of their weights
  int32_t *counts;  // [GROUP]; -1 when not listed yet
  int32_t *early;   // [GROUP]: at least those before the earliest addition known to leave the range
} narrow_lists;

// How the blocks at a depth go, a value of `narrow_way`, how often they did, and whether they could be summed that way.
typedef struct {
  int32_t way, calm, isSummed;
} narrow_pace;

// Deeper blocks go as the last one of these. A way is tried so often before the one before it is tried again.
enum { PACES = 16, CALM = 8 };

typedef struct {
  narrow_pace *paces;
  int32_t *before;   // [GROUP][CHUNK]: the contents before the block
  int32_t *squares;  // [GROUP][depth / WW_DEPTH_UNIT]: the sum of the squared inputs of each unit
  int32_t *largest;  // the same for the largest sum of magnitudes of a group of inputs
  int32_t *norms;    // [GROUP]: of the inputs of the block
  int32_t *margins;  // [GROUP]: how far a prefix within a group may lie beyond the contents around it
  int32_t *limits;   // [GROUP][QUADS + 1]: magnitudes of contents before the quads of a unit, and behind
                     // the last one, from which on a prefix may leave the range; 0 first when not known
  int32_t *excess;   // [GROUP][panels * 16]: exact sum less content
  int32_t *touched;  // [GROUP][panels * 16]: not 0 where something left the range
  int32_t *events;   // [panels * 16]
  uint8_t *dirty;    // [GROUP][panels]: 1 where a block was stepped; `excess` and `touched` count there
  uint8_t *whole;    // [GROUP][panels]: 1 where all blocks were
  narrow_item *items, *flagged;  // [GROUP * CHUNK_PANELS], and a few more
  narrow_lists lists;
} narrow_scratch;

static int64_t carve(narrow_scratch *s, void *memory, int32_t panels, int64_t depth) {
  uint8_t *at = memory;
  int64_t used = (64 - (int64_t)(uintptr_t)memory % 64) % 64;
#define CARVE(field, bytes)               \
  if (at) s->field = (void *)(at + used); \
  used += ((int64_t)(bytes) + 63) / 64 * 64;
  CARVE(paces, PACES * sizeof(narrow_pace))
  CARVE(before, GROUP * CHUNK * 4)
  CARVE(squares, GROUP * 4 * depth / WW_DEPTH_UNIT)
  CARVE(largest, GROUP * 4 * depth / WW_DEPTH_UNIT)
  CARVE(norms, GROUP * 4)
  CARVE(margins, GROUP * 4)
  CARVE(limits, GROUP * (QUADS + 1) * 4)
  CARVE(excess, GROUP * 64 * panels)
  CARVE(touched, GROUP * 64 * panels)
  CARVE(events, 64 * panels)
  CARVE(dirty, GROUP * panels)
  CARVE(whole, GROUP * panels)
  CARVE(items, (GROUP * CHUNK_PANELS + 8) * sizeof(narrow_item))
  CARVE(flagged, (GROUP * CHUNK_PANELS + 8) * sizeof(narrow_item))
  CARVE(lists.inputs, GROUP * 2 * LIST * 4)
  CARVE(lists.counts, GROUP * 4)
  CARVE(lists.early, GROUP * 4)
#undef CARVE
  return used + 64;
}

// A block of a group of rows and a chunk of panels.
typedef struct {
  const ww_products *products;
  const ww_narrow *narrow;
  const narrow_scratch *scratch;
  const uint8_t *x;   // of the first row, at the first product of the block
  int32_t *contents;  // of the first row and panel of the chunk
  int64_t stride;
  int64_t k;          // the first product
  int32_t steps, rows, panel, panels;
  int level;
  ww_narrow_figures *figures;
} narrow_block;

// A part of a block.
static narrow_block part_of(const narrow_block *b, int32_t from, int32_t steps) {
  narrow_block part = *b;
  part.k += from;
  part.x += from;
  part.steps = steps < b->steps - from ? steps : b->steps - from;
  return part;
}

static const int8_t *weights_of(const narrow_block *b, int32_t panel) {
  return b->products->w + (b->panel + panel) * b->products->panelStride + 16 * b->k;
}

static inline int32_t *list_of(const narrow_block *b, int32_t row) {
  return b->scratch->lists.inputs + (int64_t)row * 2 * LIST;
}

// At least the norm of inputs whose squares add up to `sum`.
static inline int32_t norm_of(int64_t sum) { return sum == 0 ? 0 : (int32_t)sqrtf((float)sum) + 2; }

#endif
