// The state of narrow accumulators: rows and panels of a layer, their lists and scratch. Of narrow.c only.
#ifndef CKERNELS_NARROW_H
#define CKERNELS_NARROW_H

#include "codes.h"
#include "CKernels.h"
#include "products.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

// Vectors never cross a function boundary that is not inlined, so their calling convention is moot.
#pragma clang diagnostic ignored "-Wpsabi"

typedef int32_t i32x16 __attribute__((vector_size(64), aligned(4)));
typedef int16_t i16x32 __attribute__((vector_size(64), aligned(1)));

// The bit of each channel of a panel.
static const i32x16 channelBits = {1,   2,   4,    8,    16,   32,   64,    128,
                                   256, 512, 1024, 2048, 4096, 8192, 16384, 32768};

// Two numbers of 16 bits, over and over.
#define PAIR(lower, upper) \
  (i16x32)((i32x16){0} + (int32_t)((uint16_t)(lower) | (uint32_t)(uint16_t)(upper) << 16))

enum {
  CHUNK_PANELS = 16,  // panels whose sums stay in the nearest cache
  CHUNK = 16 * CHUNK_PANELS,
  CHUNK_ITEMS = WW_NARROW_ROWS * CHUNK_PANELS,  // at most so many rows times panels
};

// The rows worked on at a time, a group: more where there are few panels.
static inline int32_t group_rows(int32_t panels) {
  int32_t rows = WW_NARROW_ROWS;
  while (rows < 4 * WW_NARROW_ROWS && 2 * rows * panels <= CHUNK_ITEMS) rows *= 2;
  return rows;
}

// A row and a panel of a chunk that must be added again, and a bit for each channel that must.
typedef struct {
  int32_t row;
  int16_t panel;
  uint16_t channels;
} narrow_item;

enum { LIST = WW_NARROW_BLOCK + 16 };

// The inputs of each row that are not zero, of the block at hand.
typedef struct {
  int32_t *inputs;  // [rows][2][LIST]: as the kernels of the layout broadcast them, and the places of their weights
  int32_t *counts;  // [rows]; -1 when not listed yet
  int32_t *early;   // [rows]: at least those before the earliest addition known to leave the range
} narrow_lists;

// How the blocks at a depth go, a value of `narrow_way`, how often they did, and whether they could be summed that way.
typedef struct {
  int32_t way, calm, isSummed;
} narrow_pace;

// Deeper blocks go as the last one of these. A way is tried so often before the one before it is tried again.
enum { PACES = 16, CALM = 8 };

// The rows and panels of a block summed in tiles that were flagged, and those that would be if contents stayed as
// they are, where that is asked.
typedef struct {
  int32_t flagged, foreseen, isForeseen;
} block_checks;

// Rows and panels of which channels were added again, and those where `excess` counts.
typedef enum { REDONE = 1, EXCEEDED = 2 } narrow_mark;

typedef struct {
  int64_t beforeStride;  // 16 * the panels of a chunk
  narrow_pace *paces;
  int32_t *isTroubled;  // whether a group of rows did not go at once, see `codes_at_once`
  block_checks *checks; // [blocks]
  int32_t *blockInputs; // [blocks][rows]: the norms of the inputs
  int32_t *before;   // [rows][beforeStride]: the contents before the block or the part
  int32_t *squares;  // [rows][depth / WW_DEPTH_UNIT]: the sum of the squared inputs of each unit
  int32_t *largest;  // the same for the largest sum of magnitudes of a group of inputs
  int32_t *norms;    // [rows]: of the inputs of the block
  int32_t *safe;     // [rows]: contents of -safe ..< safe around a group keep the prefixes within it in the range
  int32_t *excess;   // [rows][panels * 16]: exact sum less content
  uint16_t *touched; // [rows][panels]: a bit for each channel, 1 where something left the range
  int32_t *events;   // [panels * 16]
  uint8_t *marks;    // [rows][panels]: values of `narrow_mark`
  uint8_t *whole;    // [rows][panels]: 1 where all blocks were stepped
  uint8_t *kept;     // [rows][panels], the first of each tile: 1 where it did not become bytes at once
  narrow_item *items, *toStep;  // [CHUNK_ITEMS], and a few more: what was flagged, and what of it is stepped
  narrow_lists lists;
} narrow_scratch;

static int64_t carve(narrow_scratch *s, void *memory, int32_t panels, int64_t depth) {
  uint8_t *at = memory;
  int64_t used = (64 - (int64_t)(uintptr_t)memory % 64) % 64;
  const int64_t rows = group_rows(panels), blocks = depth / WW_NARROW_BLOCK + 1;
  if (s) s->beforeStride = 16 * (panels < CHUNK_PANELS ? panels : CHUNK_PANELS);
#define CARVE(field, bytes)               \
  if (at) s->field = (void *)(at + used); \
  used += ((int64_t)(bytes) + 63) / 64 * 64;
  CARVE(paces, PACES * sizeof(narrow_pace))
  CARVE(isTroubled, sizeof(int32_t))
  CARVE(checks, blocks * sizeof(block_checks))
  CARVE(blockInputs, blocks * rows * 4)
  CARVE(before, CHUNK_ITEMS * 64)
  CARVE(squares, rows * 4 * depth / WW_DEPTH_UNIT)
  CARVE(largest, rows * 4 * depth / WW_DEPTH_UNIT)
  CARVE(norms, rows * 4)
  CARVE(safe, rows * 4)
  CARVE(excess, rows * 64 * panels)
  CARVE(touched, rows * 2 * panels)
  CARVE(events, 64 * panels)
  CARVE(marks, rows * panels)
  CARVE(whole, rows * panels)
  CARVE(kept, rows * panels)
  CARVE(items, (CHUNK_ITEMS + 8) * sizeof(narrow_item))
  CARVE(toStep, (CHUNK_ITEMS + 8) * sizeof(narrow_item))
  CARVE(lists.inputs, rows * 2 * LIST * 4)
  CARVE(lists.counts, rows * 4)
  CARVE(lists.early, rows * 4)
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

// The products of a row in whole groups of 16, the others being multiplied with 0.
static inline int64_t used_depth(const ww_narrow *narrow) { return (narrow->products + 15) / 16 * 16; }

// The units of a block, the last of which may be short.
static inline int32_t units_of(const narrow_block *b) {
  return (b->steps + WW_DEPTH_UNIT - 1) / WW_DEPTH_UNIT;
}

static const int8_t *weights_of(const narrow_block *b, int32_t panel) {
  return b->products->w + (b->panel + panel) * b->products->panelStride + 16 * b->k;
}

// The content before the block of a row and a panel.
static inline int32_t *before_of(const narrow_block *b, narrow_item item) {
  return b->scratch->before + item.row * b->scratch->beforeStride + 16 * item.panel;
}

static inline int32_t *list_of(const narrow_block *b, int32_t row) {
  return b->scratch->lists.inputs + (int64_t)row * 2 * LIST;
}

// At least the norm of inputs whose squares add up to `sum`.
static inline int32_t norm_of(int64_t sum) { return sum == 0 ? 0 : (int32_t)sqrtf((float)sum) + 2; }

#endif
