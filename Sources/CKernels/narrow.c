#include "CKernels.h"
#include "products.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

// Vectors never cross a function boundary that is not inlined, so their calling convention is moot.
#pragma clang diagnostic ignored "-Wpsabi"

typedef int32_t i32x16 __attribute__((vector_size(64), aligned(4)));

enum {
  GROUP = 32,        // rows worked on at a time
  CHUNK_PANELS = 16,  // panels whose sums stay in the nearest cache
  CHUNK = 16 * CHUNK_PANELS,
};

const int32_t ww_block_lengths[WW_BLOCK_LEVELS] = {WW_LONGEST_BLOCK, 128, 64};

// A row and a panel of a chunk with a block that must be stepped.
typedef struct {
  int32_t row, panel;
} narrow_item;

enum { LIST = WW_LONGEST_BLOCK + 16 };

// The inputs of each row that are not zero, of the block at hand.
typedef struct {
  int32_t *values;   // [GROUP][LIST], as the kernels of the layout broadcast them
  int32_t *offsets;  // [GROUP][LIST]: the places of their weights
  int32_t *counts;   // [GROUP]; -1 when not listed yet
} narrow_lists;

#define PASTE2(a, b) a##_##b
#define PASTE(a, b) PASTE2(a, b)

#define TARGET
#define NAME(f) PASTE(f, portable)
#include "narrow.inc"
#undef TARGET
#undef NAME
#if defined(__x86_64__)
#include <immintrin.h>
#define TARGET __attribute__((target("avx2,fma")))
#define NAME(f) PASTE(f, avx2)
#include "narrow.inc"
#undef TARGET
#undef NAME
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define NAME(f) PASTE(f, avx512)
#include "narrow.inc"
#undef TARGET
#undef NAME
#define AT_LEVEL(level, f, ...)                                       \
  ((level) >= WW_AVX512 ? PASTE(f, avx512)(__VA_ARGS__)               \
   : (level) >= WW_AVX2 ? PASTE(f, avx2)(__VA_ARGS__)                 \
                        : PASTE(f, portable)(__VA_ARGS__))
#else
#define AT_LEVEL(level, f, ...) PASTE(f, portable)(__VA_ARGS__)
#endif

typedef struct {
  int32_t *before;   // [GROUP][CHUNK]: the contents before the block
  int32_t *squares;  // [GROUP][depth / WW_DEPTH_UNIT]
  int32_t *norms;    // [GROUP]: of the inputs of the block
  int32_t *excess;   // [GROUP][panels * 16]: exact sum less content
  int32_t *touched;  // [GROUP][panels * 16]: not 0 where something left the range
  int32_t *events;   // [panels * 16]
  uint8_t *dirty;    // [GROUP][panels]: 1 where a block was stepped; `excess` and `touched` count there
  uint8_t *whole;    // [GROUP][panels]: 1 where all blocks were
  narrow_item *items;  // [GROUP * CHUNK_PANELS]
  narrow_lists lists;
} narrow_scratch;

static int64_t carve(narrow_scratch *s, void *memory, int32_t panels, int64_t depth) {
  uint8_t *at = memory;
  int64_t used = (64 - (int64_t)(uintptr_t)memory % 64) % 64;
#define CARVE(field, bytes)               \
  if (at) s->field = (void *)(at + used); \
  used += ((int64_t)(bytes) + 63) / 64 * 64;
  CARVE(before, GROUP * CHUNK * 4)
  CARVE(squares, GROUP * 4 * depth / WW_DEPTH_UNIT)
  CARVE(norms, GROUP * 4)
  CARVE(excess, GROUP * 64 * panels)
  CARVE(touched, GROUP * 64 * panels)
  CARVE(events, 64 * panels)
  CARVE(dirty, GROUP * panels)
  CARVE(whole, GROUP * panels)
  CARVE(items, GROUP * CHUNK_PANELS * sizeof(narrow_item))
  CARVE(lists.values, GROUP * LIST * 4)
  CARVE(lists.offsets, GROUP * LIST * 4)
  CARVE(lists.counts, GROUP * 4)
#undef CARVE
  return used + 64;
}

int64_t ww_narrow_scratch(int32_t panels, int64_t depth) { return carve(NULL, NULL, panels, depth); }

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

static const int8_t *weights_of(const narrow_block *b, int32_t panel) {
  return b->products->w + (b->panel + panel) * b->products->panelStride + 16 * b->k;
}

// Looks again at the additions before the earliest one known that left the range.
static void find_first(const narrow_block *b, narrow_item item) {
  const int64_t lanes = b->narrow->lanes, before = b->figures->first - b->k / lanes;
  const int32_t end = before < b->steps / lanes ? (int32_t)(before * lanes) : b->steps;
  int32_t again[16], ignored[16];
  memcpy(again, b->scratch->before + (int64_t)item.row * CHUNK + 16 * item.panel, 64);
  const int32_t first =
      AT_LEVEL(b->level, step, b->x + item.row * b->products->rowStride, weights_of(b, item.panel),
               end, b->narrow, again, ignored);
  if (first != INT32_MAX) b->figures->first = (b->k + first) / lanes;
}

// Notes what stepping a row and a panel gave.
static inline void note(const narrow_block *b, narrow_item item, const int32_t *kept,
                        const int32_t *events) {
  const narrow_scratch *s = b->scratch;
  const int32_t panel = b->panel + item.panel;
  const int64_t flat = (int64_t)item.row * b->products->panels + panel;
  if (!s->dirty[flat]) {
    memset(s->excess + 16 * flat, 0, 64);
    memset(s->touched + 16 * flat, 0, 64);
    s->dirty[flat] = 1;
  }
  const int any = AT_LEVEL(b->level, note, b->contents + item.row * b->stride + 16 * item.panel,
                           s->excess + 16 * flat, s->touched + 16 * flat, s->events + 16 * panel,
                           kept, events);
  if (any && b->k / b->narrow->lanes < b->figures->first) find_first(b, item);
}

#if defined(__x86_64__)
#include "narrow_vnni.inc"
#endif

static void step_items(const narrow_block *b, const narrow_item *items, int32_t count) {
#if defined(__x86_64__)
  if (b->level >= WW_VNNI && b->narrow->stepLayout != WW_STEP_PLAIN)
    return step_items_vnni(b, items, count);
#endif
  for (int32_t i = 0; i < count; i++) {
    int32_t content[16], events[16];
    memcpy(content, b->scratch->before + (int64_t)items[i].row * CHUNK + 16 * items[i].panel, 64);
    AT_LEVEL(b->level, step, b->x + items[i].row * b->products->rowStride,
             weights_of(b, items[i].panel), b->steps, b->narrow, content, events);
    note(b, items[i], content, events);
  }
}

// Adds the products of a block to the contents, which are kept as `before`.
static void sum_block(const narrow_block *b) {
  const ww_products *p = b->products;
  for (int32_t row = 0; row < b->rows; row++) {
    int32_t *content = b->contents + row * b->stride;
    memcpy(b->scratch->before + (int64_t)row * CHUNK, content, 64 * b->panels);
    if (!b->narrow->zeroSums) continue;
    for (int64_t k = b->k; k < b->k + b->steps; k += WW_DEPTH_UNIT) {
      const int32_t *sums =
          b->narrow->zeroSums + k / WW_DEPTH_UNIT * 16 * p->panels + 16 * b->panel;
      for (int j = 0; j < 16 * b->panels; j++) content[j] -= sums[j];
    }
  }
  const ww_products sums = {b->x,    p->rowStride, weights_of(b, 0), p->panelStride, b->rows,
                            b->steps, b->panels};
  ww_accumulate(&sums, b->contents, b->stride);
}

// Lists the rows and panels of the block to be stepped.
static int32_t flag_block(const narrow_block *b, int blockLevel) {
  const narrow_scratch *s = b->scratch;
  const int64_t units = b->products->depth / WW_DEPTH_UNIT;
  for (int32_t row = 0; row < b->rows; row++) {
    int64_t sum = 0;
    const int32_t *squares = s->squares + row * units + b->k / WW_DEPTH_UNIT;
    for (int32_t i = 0; i < b->steps / WW_DEPTH_UNIT; i++) sum += squares[i];
    s->norms[row] = sum == 0 ? 0 : (int32_t)sqrtf((float)sum) + 2;
  }
  const int32_t *norms = b->narrow->norms[blockLevel] +
                         b->k / ww_block_lengths[blockLevel] * 16 * b->products->panels +
                         16 * b->panel;
  return AT_LEVEL(b->level, flag, s->before, b->contents, b->stride, s->norms, norms, b->rows,
                  b->panels, b->narrow->bits, s->items);
}

static void square_units(int level, const uint8_t *x, int64_t count, int32_t zero, int32_t *squares) {
#if defined(__x86_64__)
  if (level >= WW_VNNI) return square_vnni(x, count, zero, squares);
#endif
  AT_LEVEL(level, square, x, count, zero, squares);
}

static int64_t square_all(int level, const uint8_t *x, int64_t count, int32_t zero) {
#if defined(__x86_64__)
  if (level >= WW_VNNI) return square_all_vnni(x, count, zero);
#endif
  int64_t sum = 0;
  for (int64_t k = 0; k < count; k++) sum += ((int32_t)x[k] - zero) * ((int32_t)x[k] - zero);
  return sum;
}

// What lies behind the products of a row is not looked at, so that the same blocks are stepped every time.
static void square_row(int level, const uint8_t *x, const ww_narrow *narrow, int32_t *squares) {
  const int64_t whole = narrow->products / WW_DEPTH_UNIT * WW_DEPTH_UNIT;
  square_units(level, x, whole, narrow->zero, squares);
  if (whole == narrow->products) return;
  uint8_t rest[WW_DEPTH_UNIT];
  memset(rest, narrow->zero, sizeof rest);
  memcpy(rest, x + whole, narrow->products - whole);
  square_units(level, rest, WW_DEPTH_UNIT, narrow->zero, squares + whole / WW_DEPTH_UNIT);
}

// How the blocks of a layer go: their level, WW_BLOCK_LEVELS where all are stepped; and since when.
typedef struct {
  int level;
  int32_t calm;
} narrow_pace;

// Percent of a block's rows and panels that are stepped rather than tried in shorter blocks.
static const int32_t tolerated[WW_BLOCK_LEVELS] = {3, 20, 80};

// All products of a chunk and its bias at once, where nothing can leave the range; `calm` says so.
static int sum_at_once(narrow_block *b, int32_t norm) {
  const ww_narrow *narrow = b->narrow;
  const int64_t depth = b->products->depth, first = 16 * b->panel;
  const int32_t *bias = narrow->bias ? narrow->bias + first : NULL;
  if (!AT_LEVEL(b->level, holds, narrow->start + first, narrow->startExcess + first, bias, norm,
                narrow->wholeNorms + first, b->panels, narrow->bits))
    return 0;
  int32_t start[CHUNK];
  for (int j = 0; j < 16 * b->panels; j++) {
    start[j] = narrow->start[first + j] + (bias ? bias[j] : 0);
    for (int64_t unit = 0; narrow->zeroSums && unit < depth / WW_DEPTH_UNIT; unit++)
      start[j] -= narrow->zeroSums[unit * 16 * b->products->panels + first + j];
  }
  b->k = 0;
  const ww_products sums = {b->x,    b->products->rowStride, weights_of(b, 0),
                            b->products->panelStride, b->rows, depth, b->panels};
  ww_wide_sums(&sums, start, b->contents, b->stride, b->figures->lowest + first,
               b->figures->highest + first);
  b->figures->blocks += (int64_t)b->rows * b->panels;
  return 1;
}

// The squares of the units of all rows, when blocks are looked at for the first time.
static void square_rows(narrow_block *b) {
  const int64_t units = b->products->depth / WW_DEPTH_UNIT;
  if (b->scratch->squares[0] >= 0) return;
  for (int32_t i = 0; i < b->rows; i++)
    square_row(b->level, b->x + i * b->products->rowStride, b->narrow,
               b->scratch->squares + i * units);
}

static void sum_chunk(narrow_block *b, narrow_pace *pace) {
  const narrow_scratch *s = b->scratch;
  const int64_t depth = b->products->depth;
  const uint8_t *x = b->x;
  // Sometimes longer blocks are tried again, where the present ones start as the longer ones do.
  if (pace->calm >= 8) {
    pace->calm = 0;
    pace->level = pace->level == WW_BLOCK_LEVELS ? WW_BLOCK_LEVELS - 1
                  : pace->level > 0              ? pace->level - 1
                                                 : 0;
  }
  const int32_t all = b->rows * b->panels;
  int32_t redone = 0;
  b->k = 0;
  while (b->k < depth) {
    const int isStepped = pace->level == WW_BLOCK_LEVELS;
    const int32_t length = ww_block_lengths[isStepped ? 0 : pace->level];
    // A block ends where the next one of its level starts.
    const int64_t end = b->k / length * length + length;
    b->steps = (int32_t)((end < depth ? end : depth) - b->k);
    b->x = x + b->k;
    for (int32_t i = 0; i < b->rows; i++) s->lists.counts[i] = -1;
    sum_block(b);
    int32_t flagged = all;
    if (isStepped) {
      for (int32_t i = 0; i < all; i++)
        s->items[i] = (narrow_item){i / b->panels, i % b->panels};
    } else {
      flagged = flag_block(b, pace->level);
      if (100 * flagged > tolerated[pace->level] * all && pace->level < WW_BLOCK_LEVELS) {
        pace->level++;
        pace->calm = 0;
        for (int32_t row = 0; row < b->rows; row++)
          memcpy(b->contents + row * b->stride, s->before + (int64_t)row * CHUNK, 64 * b->panels);
        continue;
      }
    }
    if (flagged) step_items(b, s->items, flagged);
    redone += flagged;
    b->figures->blocks += all;
    b->figures->redoneBlocks += flagged;
    b->k += b->steps;
  }
  if (redone == 0 || pace->level == WW_BLOCK_LEVELS) pace->calm++;
  if (pace->level < WW_BLOCK_LEVELS) return;
  for (int32_t row = 0; row < b->rows; row++)
    memset(s->whole + (int64_t)row * b->products->panels + b->panel, 1, b->panels);
}

void ww_narrow_sums(const ww_products *p, const ww_narrow *narrow, void *memory, int32_t *contents,
                    int64_t stride, ww_narrow_figures *figures) {
  narrow_scratch s;
  carve(&s, memory, p->panels, p->depth);
  const int level = ww_dispatch_level();
  narrow_pace pace = {0, 0};
  for (int64_t row = 0; row < p->rows; row += GROUP) {
    const int32_t rows = p->rows - row < GROUP ? (int32_t)(p->rows - row) : GROUP;
    const uint8_t *x = p->x + row * p->rowStride;
    int32_t *group = contents + row * stride;
    memset(s.dirty, 0, rows * p->panels);
    memset(s.whole, 0, rows * p->panels);
    memset(s.events, 0, 64 * p->panels);
    int64_t most = 0;
    for (int32_t i = 0; i < rows; i++) {
      const int64_t sum = square_all(level, x + i * p->rowStride, narrow->products, narrow->zero);
      most = sum > most ? sum : most;
    }
    s.squares[0] = -1;
    for (int32_t panel = 0; panel < p->panels; panel += CHUNK_PANELS) {
      const int32_t panels = p->panels - panel < CHUNK_PANELS ? p->panels - panel : CHUNK_PANELS;
      narrow_block block = {p, narrow, &s, x, group + 16 * panel, stride, 0, 0, rows, panel, panels,
                            level, figures};
      // The root is rounded up; sums beyond that of int32 are tried in blocks.
      if (most < INT32_MAX && sum_at_once(&block, most ? (int32_t)sqrt((double)most) + 1 : 0)) continue;
      square_rows(&block);
      for (int32_t i = 0; i < rows; i++)
        memcpy(block.contents + i * stride, narrow->start + 16 * panel, 64 * panels);
      sum_chunk(&block, &pace);
      AT_LEVEL(level, finish, narrow, rows, panel, panels, p->panels, group, stride, s.excess,
               s.dirty, s.touched, s.events, figures);
    }
    for (int32_t i = 0; i < rows * p->panels; i++) {
      figures->stepped[i % p->panels] += s.whole[i];
      figures->redone[i % p->panels] += s.dirty[i] & ~s.whole[i];
    }
  }
}
