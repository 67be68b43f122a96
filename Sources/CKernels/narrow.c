#include "CKernels.h"
#include "products.h"

#include <stddef.h>
#include <string.h>

// Vectors never cross a function boundary that is not inlined, so their calling convention is moot.
#pragma clang diagnostic ignored "-Wpsabi"

typedef int32_t i32x16 __attribute__((vector_size(64), aligned(4)));

enum {
  GROUP = 32,        // rows worked on at a time
  CHUNK_PANELS = 8,  // panels whose sums stay in the nearest cache
  CHUNK = 16 * CHUNK_PANELS,
};

// A row and a panel of a chunk with a block that must be stepped.
typedef struct {
  int32_t row, panel;
} narrow_item;

// An input that is not zero: its value as the kernels of the layout broadcast it, and the place of its weights.
typedef struct {
  int32_t value, offset;
} narrow_input;

enum { LIST = WW_BLOCK_STEPS + 16 };

// The inputs of each row that are not zero, of the block at hand.
typedef struct {
  narrow_input *inputs;  // [GROUP][LIST]
  int32_t *counts;       // [GROUP]; -1 when not listed yet
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
  int32_t *before;      // [GROUP][CHUNK]: the contents before the block
  int32_t *magnitudes;  // [GROUP][CHUNK]: the sums of the products' magnitudes
  int32_t *excess;      // [GROUP][panels * 16]: exact sum less content
  uint8_t *dirty;       // [GROUP][panels]: whether `excess` holds something
  uint16_t *touched;    // [GROUP][panels]: channels with an event
  narrow_item *items;   // [GROUP * CHUNK_PANELS]
#if defined(__x86_64__)
  narrow_lists lists;
#endif
} narrow_scratch;

static int64_t carve(narrow_scratch *s, void *memory, int32_t panels) {
  uint8_t *at = memory;
  int64_t used = (64 - (int64_t)(uintptr_t)memory % 64) % 64;
#define CARVE(field, bytes)              \
  if (at) s->field = (void *)(at + used); \
  used += ((int64_t)(bytes) + 63) / 64 * 64;
  CARVE(before, GROUP * CHUNK * 4)
  CARVE(magnitudes, GROUP * CHUNK * 4)
  CARVE(excess, GROUP * 64 * panels)
  CARVE(dirty, GROUP * panels)
  CARVE(touched, GROUP * panels * 2)
  CARVE(items, GROUP * CHUNK_PANELS * sizeof(narrow_item))
#if defined(__x86_64__)
  CARVE(lists.inputs, GROUP * LIST * sizeof(narrow_input))
  CARVE(lists.counts, GROUP * 4)
#endif
#undef CARVE
  return used + 64;
}

int64_t ww_narrow_scratch(int32_t panels) { return carve(NULL, NULL, panels); }

// A block of a group of rows and a chunk of panels.
typedef struct {
  const ww_products *products;
  const ww_narrow *narrow;
  const narrow_scratch *scratch;
  const uint8_t *x;     // of the first row, at the first product of the block
  int32_t *contents;    // of the first row and panel of the chunk
  int64_t stride;
  int64_t k;            // the first product
  int32_t steps, rows, panel, panels;
  int level;
  ww_narrow_figures *figures;
} narrow_block;

static const int8_t *weights_of(const narrow_block *b, int32_t panel) {
  return (const int8_t *)b->products->w + (b->panel + panel) * b->products->panelStride + 16 * b->k;
}

// Notes what stepping a row and a panel gave.
static void note(const narrow_block *b, narrow_item item, const int32_t *kept,
                 const int32_t *events) {
  const narrow_scratch *s = b->scratch;
  const int32_t panel = b->panel + item.panel;
  const int64_t flat = (int64_t)item.row * b->products->panels + panel;
  int32_t *content = b->contents + item.row * b->stride + 16 * item.panel;
  int32_t *excess = s->excess + 16 * flat;
  int64_t *total = b->figures->events + 16 * panel;
  if (!s->dirty[flat]) memset(excess, 0, 64);
  s->dirty[flat] = 1;
  uint32_t mask = 0;
  for (int j = 0; j < 16; j++) {
    excess[j] += content[j] - kept[j];
    content[j] = kept[j];
    total[j] += events[j];
    mask |= (uint32_t)(events[j] != 0) << j;
  }
  s->touched[flat] |= mask;
  const int64_t lanes = b->narrow->lanes;
  if (mask == 0 || b->k / lanes >= b->figures->first) return;
  // Only additions before the earliest one known are looked at again.
  const int64_t before = b->figures->first - b->k / lanes;
  const int32_t end = before < b->steps / lanes ? (int32_t)(before * lanes) : b->steps;
  int32_t again[16], ignored[16];
  memcpy(again, s->before + (int64_t)item.row * CHUNK + 16 * item.panel, 64);
  const int32_t first =
      AT_LEVEL(b->level, step, b->x + item.row * b->products->rowStride, weights_of(b, item.panel),
               end, b->narrow, again, ignored);
  if (first != INT32_MAX) b->figures->first = (b->k + first) / lanes;
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

// Sums a block at once and steps what may have left the range.
static void sum_block(const narrow_block *b, const uint8_t *magnitudes) {
  const ww_products *p = b->products;
  const narrow_scratch *s = b->scratch;
  const int64_t zeroPlace = b->k / WW_BLOCK_STEPS * 16 * p->panels + 16 * b->panel;
  for (int32_t row = 0; row < b->rows; row++) {
    int32_t *content = b->contents + row * b->stride;
    memcpy(s->before + (int64_t)row * CHUNK, content, 64 * b->panels);
    if (b->narrow->zeroSums)
      for (int j = 0; j < 16 * b->panels; j++) content[j] -= b->narrow->zeroSums[zeroPlace + j];
    memset(s->magnitudes + (int64_t)row * CHUNK, 0, 64 * b->panels);
  }
  const int64_t from = b->panel * p->panelStride + 16 * b->k;
  const ww_products sums = {b->x,     p->rowStride, (const int8_t *)p->w + from, p->panelStride, b->rows,
                            b->steps, b->panels};
  ww_accumulate(&sums, b->contents, b->stride);
  ww_products sizes = sums;
  sizes.x = magnitudes;
  sizes.w = (const int8_t *)b->narrow->absolutes + from;
  ww_accumulate(&sizes, s->magnitudes, CHUNK);
  const int32_t high = (1 << (b->narrow->bits - 1)) - 1;
  const int32_t flagged = AT_LEVEL(b->level, flag, s->before, b->contents, b->stride, s->magnitudes,
                                   b->rows, b->panels, -high - 1, high, s->items);
  b->figures->blocks += (int64_t)b->rows * b->panels;
  b->figures->redone += flagged;
  if (flagged) step_items(b, s->items, flagged);
}

void ww_narrow_sums(const ww_products *p, const ww_narrow *narrow, void *memory, int32_t *contents,
                    int64_t stride, ww_narrow_figures *figures) {
  narrow_scratch s;
  carve(&s, memory, p->panels);
  const int level = ww_dispatch_level();
  for (int64_t row = 0; row < p->rows; row += GROUP) {
    const int32_t rows = p->rows - row < GROUP ? (int32_t)(p->rows - row) : GROUP;
    int32_t *group = contents + row * stride;
    memset(s.dirty, 0, rows * p->panels);
    memset(s.touched, 0, rows * p->panels * 2);
    for (int32_t i = 0; i < rows; i++) memcpy(group + i * stride, narrow->start, 64 * p->panels);
    for (int64_t k = 0; k < p->depth; k += WW_BLOCK_STEPS) {
      const int64_t steps = p->depth - k < WW_BLOCK_STEPS ? p->depth - k : WW_BLOCK_STEPS;
#if defined(__x86_64__)
      for (int32_t i = 0; i < rows; i++) s.lists.counts[i] = -1;
#endif
      for (int32_t panel = 0; panel < p->panels; panel += CHUNK_PANELS) {
        const int32_t panels = p->panels - panel < CHUNK_PANELS ? p->panels - panel : CHUNK_PANELS;
        const narrow_block block = {p,      narrow,     &s,    p->x + row * p->rowStride + k,
                                    group + 16 * panel, stride, k,
                                    (int32_t)steps,     rows,   panel,
                                    panels, level,      figures};
        sum_block(&block, narrow->magnitudes + row * p->rowStride + k);
      }
    }
    AT_LEVEL(level, finish, narrow, rows, p->panels, group, stride, s.excess, s.dirty, s.touched,
             figures);
    figures->rows += (int64_t)rows * p->panels;
    for (int32_t i = 0; i < rows * p->panels; i++) figures->redoneRows += s.dirty[i];
  }
}
