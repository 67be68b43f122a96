#include "narrow.h"

#include "codes.h"

#define PASTE2(a, b) a##_##b
#define PASTE(a, b) PASTE2(a, b)

#define TARGET
#define NAME(f) PASTE(f, portable)
#include "narrow.inc"
#undef TARGET
#undef NAME
#if defined(__x86_64__)
#include <immintrin.h>

#include "codes-tiles.h"
#include "squares-parts.h"
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

#include "narrow_blocks.inc"

int64_t ww_narrow_scratch(int32_t panels, int64_t depth) { return carve(NULL, NULL, panels, depth); }

void ww_narrow_begin(void *memory, int32_t panels, int64_t depth) {
  narrow_scratch s;
  carve(&s, memory, panels, depth);
  memset(s.paces, 0, PACES * sizeof(narrow_pace));
  *s.isTroubled = 0;
}

// At least the root of sums of squares; sums beyond int32 are tried in blocks.
static int32_t root_of(int32_t most) { return most ? (int32_t)sqrt((double)most) + 1 : 0; }

// Whether nothing can leave the range in a chunk whose rows have sums of squares of at most `most`.
static int is_held(const narrow_block *b, int32_t most) {
  const ww_narrow *narrow = b->narrow;
  const int64_t first = 16 * b->panel;
  return most < INT32_MAX && AT_LEVEL(b->level, holds, narrow->start + first, narrow->startExcess + first,
                                      narrow->bias ? narrow->bias + first : NULL, root_of(most),
                                      narrow->wholeNorms + first, b->panels, narrow->bits);
}

// All products of a chunk and its bias at once, where nothing can leave the range.
static void sum_at_once(narrow_block *b) {
  const ww_narrow *narrow = b->narrow;
  const int64_t depth = b->products->depth, first = 16 * b->panel;
  const int32_t *bias = narrow->bias ? narrow->bias + first : NULL;
  int32_t start[CHUNK];
  for (int j = 0; j < 16 * b->panels; j++) {
    start[j] = narrow->start[first + j] + (bias ? bias[j] : 0);
    for (int64_t unit = 0; narrow->zeroSums && unit < depth / WW_DEPTH_UNIT; unit++)
      start[j] -= narrow->zeroSums[unit * 16 * b->products->panels + first + j];
  }
  b->k = 0;
  const ww_products sums = {b->x,    b->products->rowStride, weights_of(b, 0),
                            b->products->panelStride, b->rows, depth, b->panels,
                            b->products->used};
  ww_wide_sums(&sums, start, b->contents, b->stride, b->figures->lowest + first,
               b->figures->highest + first);
  b->figures->blocks += (int64_t)b->rows * b->panels;
}

// How a block goes: as the one before it in depth; summed at once, or in short parts, and what may leave the range
// looked at; looked at while it is summed; all stepped.
typedef enum { UNKNOWN, SUMMED, SUMMED_SHORT, TRACKED, STEPPED } narrow_way;

// More percent of rows and panels flagged than this, and the block goes the next way from there on.
static const int32_t tolerated[] = {[SUMMED] = 25, [SUMMED_SHORT] = 25};

// The same for rows and panels that are looked at, those that have to be stepped counting three times. Where panels
// are few, stepping everything takes longest: the inputs of a row are listed for few of them.
static int32_t tolerated_looks(int32_t panels) { return panels == 1 ? 180 : panels == 2 ? 100 : 90; }

// Sums a part of a block and looks closer at what may leave the range; returns the products that were done, none
// where that would be too much, and whether the next way is to be gone.
static int32_t sum_and_look(const narrow_block *b, narrow_pace *pace, int *isOver) {
  const narrow_way way = pace->way;
  const narrow_scratch *s = b->scratch;
  const int32_t all = b->rows * b->panels, units = units_of(b);
  const int32_t tolerable = way == TRACKED ? tolerated_looks(b->panels) : tolerated[way];
  int32_t count, found = 0;
  if (way == TRACKED) {
    count = track_part(b, s->items);
    *isOver = 100 * count > tolerable * all;
    if (*isOver) {
      step_block(b);
      b->figures->blocks += all;
      b->figures->redoneBlocks += all;
      return b->steps;
    }
  } else {
    take_norms(b);
    // Where contents that stayed as they are would be flagged, it does not pay to sum.
    if (!pace->isSummed)
      *isOver = 100 * flag_block(b, b->contents, b->stride, way == SUMMED_SHORT) > tolerable * all;
    if (*isOver) return 0;
    sum_block(b);
    count = flag_block(b, s->before, s->beforeStride, way == SUMMED_SHORT);
    *isOver = 100 * count > tolerable * all;
    if (*isOver) {
      for (int32_t row = 0; row < b->rows; row++)
        memcpy(b->contents + row * b->stride, before_of(b, (narrow_item){row, 0}), 64 * b->panels);
      return 0;
    }
    pace->isSummed = 1;
  }
  for (int32_t i = 0; i < count; i++)
    memcpy(b->contents + s->items[i].row * b->stride + 16 * s->items[i].panel,
           before_of(b, s->items[i]), 64);
  for (int32_t i = 0; count && i < units; i++) {
    const narrow_block unit = part_of(b, i * WW_DEPTH_UNIT, WW_DEPTH_UNIT);
    found += look_and_step(&unit, s->items, count);
  }
  if (way == TRACKED) *isOver = 100 * (count + 2 * found / units) > tolerable * all;
  b->figures->blocks += all - count;
  return b->steps;
}

static void step_all(const narrow_block *b) {
  const int32_t all = b->rows * b->panels;
  sum_block(b);
  step_block(b);
  b->figures->blocks += all;
  b->figures->redoneBlocks += all;
}

// How many of the products that are left of a block are added at a time. A few more are tracked with those before them.
static int32_t part_length(narrow_way way, int32_t rest) {
  const int isShort = way == SUMMED_SHORT || (way == TRACKED && rest > WW_NARROW_SHORT + WW_DEPTH_UNIT);
  return isShort ? WW_NARROW_SHORT : rest;
}

// Adds a block to all rows and panels; returns whether all of it was stepped.
static int add_block(const narrow_block *b, narrow_pace *pace) {
  // Now and then the way before is tried again.
  if (pace->way > SUMMED && ++pace->calm > CALM) *pace = (narrow_pace){.way = pace->way - 1};
  const int isWhole = pace->way == STEPPED;
  for (int32_t k = 0; k < b->steps;) {
    const narrow_way way = pace->way;
    const narrow_block part = part_of(b, k, part_length(way, b->steps - k));
    int isOver = 0;
    if (way == STEPPED) {
      step_all(&part);
      k += part.steps;
    } else {
      k += sum_and_look(&part, pace, &isOver);
    }
    if (isOver) *pace = (narrow_pace){.way = way + 1};
  }
  return isWhole;
}

static narrow_pace *pace_of(const narrow_scratch *s, int64_t block) {
  return s->paces + (block < PACES ? block : PACES - 1);
}

#if defined(__x86_64__)
// Whether all blocks are to be stepped and none of them to be tried another way.
static int is_stepped_whole(const narrow_block *b) {
  const int64_t depth = used_depth(b->narrow);
  const int64_t blocks = (depth + WW_NARROW_BLOCK - 1) / WW_NARROW_BLOCK;
  int all = steps_in_chains(b);
  for (int64_t block = 0; block < blocks; block++) {
    const narrow_pace *pace = pace_of(b->scratch, block);
    // The last one may stand for many.
    const int64_t uses = block < PACES - 1 ? 1 : blocks - (PACES - 1);
    all &= pace->way == STEPPED && pace->calm + uses <= CALM;
  }
  return all;
}

// Steps all blocks of a chunk. The contents go step by step, and all products are summed at once, from the start less
// where the contents got to: what was lost.
static void step_chunk(narrow_block *b) {
  const ww_products *p = b->products;
  const ww_narrow *narrow = b->narrow;
  const int64_t depth = used_depth(narrow), channels = 16 * (int64_t)p->panels, first = 16 * b->panel;
  const uint8_t *x = b->x;
  narrow_scratch own = *b->scratch;
  own.before = b->contents;
  own.beforeStride = b->stride;
  own.excess = NULL;
  narrow_block part = *b;
  part.scratch = &own;
  for (; part.k < depth; part.k += WW_NARROW_BLOCK) {
    const int64_t rest = depth - part.k;
    part.steps = (int32_t)(rest < WW_NARROW_BLOCK ? rest : WW_NARROW_BLOCK);
    part.x = x + part.k;
    pace_of(&own, part.k / WW_NARROW_BLOCK)->calm++;
    step_block(&part);
    b->figures->blocks += b->rows * b->panels;
    b->figures->redoneBlocks += b->rows * b->panels;
  }
  int32_t *excess = b->scratch->excess + first;
  for (int32_t row = 0; row < b->rows; row++)
    for (int j = 0; j < 16 * b->panels; j++)
      excess[row * channels + j] = narrow->start[first + j] - b->contents[row * b->stride + j];
  for (int32_t row = 0; narrow->zeroSums && row < b->rows; row++)
    for (int64_t unit = 0; unit < p->depth / WW_DEPTH_UNIT; unit++)
      for (int j = 0; j < 16 * b->panels; j++)
        excess[row * channels + j] -= narrow->zeroSums[unit * channels + first + j];
  b->k = 0;
  const ww_products sums = {x,       p->rowStride, weights_of(b, 0), p->panelStride, b->rows,
                            p->depth, b->panels,    p->used};
  ww_accumulate(&sums, excess, channels);
}
#endif

static void sum_chunk(narrow_block *b) {
#if defined(__x86_64__)
  if (is_stepped_whole(b)) {
    step_chunk(b);
    for (int32_t row = 0; row < b->rows; row++)
      memset(b->scratch->whole + (int64_t)row * b->products->panels + b->panel, 1, b->panels);
    return;
  }
#endif
  const int64_t depth = used_depth(b->narrow);
  const uint8_t *x = b->x;
  int isWhole = 1;
  for (b->k = 0; b->k < depth; b->k += WW_NARROW_BLOCK) {
    const int64_t block = b->k / WW_NARROW_BLOCK, rest = depth - b->k;
    b->steps = (int32_t)(rest < WW_NARROW_BLOCK ? rest : WW_NARROW_BLOCK);
    b->x = x + b->k;
    narrow_pace *pace = pace_of(b->scratch, block);
    if (pace->way == UNKNOWN) pace->way = block > 0 ? pace[-1].way : SUMMED;
    isWhole &= add_block(b, pace);
  }
  if (!isWhole) return;
  for (int32_t row = 0; row < b->rows; row++)
    memset(b->scratch->whole + (int64_t)row * b->products->panels + b->panel, 1, b->panels);
}

// The sum of the squared inputs of the row that has most; INT32_MAX stands for more than that.
static int32_t most_squares(int level, const ww_products *p, const ww_narrow *narrow, int64_t row,
                            int32_t rows, const int32_t *squares) {
  int64_t most = 0;
  for (int32_t i = 0; i < rows; i++) {
    const int64_t sum = squares ? squares[row + i]
                                : square_all(level, p->x + (row + i) * p->rowStride,
                                             narrow->products, narrow->zero);
    most = sum > most ? sum : most;
  }
  return most < INT32_MAX ? (int32_t)most : INT32_MAX;
}

// What is taken from the inputs of a group is that of other rows now.
static void begin_group(const narrow_scratch *s) { s->squares[0] = s->largest[0] = -1; }

static void clear_group(const narrow_scratch *s, int32_t rows, int32_t panels) {
  memset(s->dirty, 0, rows * panels);
  memset(s->whole, 0, rows * panels);
  memset(s->touched, 0, rows * panels * sizeof *s->touched);
  memset(s->events, 0, 64 * panels);
}

// What was counted in a group of rows.
static void count_stepped(const narrow_scratch *s, int32_t rows, int32_t panels,
                          ww_narrow_figures *figures) {
  for (int32_t panel = 0; panel < panels; panel++) {
    int32_t dirty = 0, whole = 0;
    for (int32_t i = panel; i < rows * panels; i += panels) {
      whole += s->whole[i];
      dirty += s->dirty[i] & ~s->whole[i];
    }
    figures->stepped[panel] += whole;
    figures->redone[panel] += dirty;
  }
  for (int32_t i = 0; i < 16 * panels; i++) figures->events[i] += s->events[i];
}

// The contents of a group of rows, [rows][stride].
static void sum_group(const narrow_scratch *s, const ww_products *p, const ww_narrow *narrow,
                      int level, int64_t row, int32_t rows, int32_t most, int32_t *group,
                      int64_t stride, ww_narrow_figures *figures) {
  const uint8_t *x = p->x + row * p->rowStride;
  clear_group(s, rows, p->panels);
  for (int32_t panel = 0; panel < p->panels; panel += CHUNK_PANELS) {
    const int32_t panels = p->panels - panel < CHUNK_PANELS ? p->panels - panel : CHUNK_PANELS;
    narrow_block block = {p, narrow, s, x, group + 16 * panel, stride, 0, 0, rows, panel, panels,
                          level, figures};
    if (is_held(&block, most)) {
      sum_at_once(&block);
      continue;
    }
    for (int32_t i = 0; i < rows; i++)
      memcpy(block.contents + i * stride, narrow->start + 16 * panel, 64 * panels);
    sum_chunk(&block);
    AT_LEVEL(level, finish, narrow, rows, panel, panels, p->panels, group, stride, s->excess,
             s->dirty, s->touched, figures);
  }
  count_stepped(s, rows, p->panels, figures);
}

void ww_narrow_sums(const ww_products *p, const ww_narrow *narrow, void *memory, int32_t *contents,
                    int64_t stride, ww_narrow_figures *figures) {
  narrow_scratch s;
  carve(&s, memory, p->panels, p->depth);
  const int level = ww_dispatch_level();
  const int32_t most = group_rows(p->panels);
  for (int64_t row = 0; row < p->rows; row += most) {
    const int32_t rows = p->rows - row < most ? (int32_t)(p->rows - row) : most;
    begin_group(&s);
    sum_group(&s, p, narrow, level, row, rows, most_squares(level, p, narrow, row, rows, NULL),
              contents + row * stride, stride, figures);
  }
}

#if defined(__x86_64__)
#include "narrow_tiles.inc"
#endif
#include "narrow_codes.inc"
