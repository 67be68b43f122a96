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

#include "narrow_notes.inc"
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

#include "narrow_ways.inc"

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
  memset(s->marks, 0, rows * panels);
  memset(s->whole, 0, rows * panels);
  memset(s->touched, 0, rows * panels * sizeof *s->touched);
  memset(s->events, 0, 64 * panels);
}

// What was counted in a group of rows.
static void count_stepped(const narrow_scratch *s, int32_t rows, int32_t panels,
                          ww_narrow_figures *figures) {
  for (int32_t panel = 0; panel < panels; panel++) {
    int32_t redone = 0, whole = 0;
    for (int32_t i = panel; i < rows * panels; i += panels) {
      whole += s->whole[i];
      redone += s->marks[i] & REDONE & ~s->whole[i];
    }
    figures->stepped[panel] += whole;
    figures->redone[panel] += redone;
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
             s->marks, s->touched, figures);
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
