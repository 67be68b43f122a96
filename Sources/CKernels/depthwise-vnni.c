// Depthwise layers on 64 channels at a time with AVX-512 VNNI.
#if defined(__x86_64__)
#include "depthwise-channels.h"

// Loops whose bounds are constants in some uses are unrolled there.
#pragma clang diagnostic ignored "-Wpass-failed"

enum { PAIR = 2, PRODUCTS = 4 * WW_DEPTHWISE_QUADS };

// The weights of 64 channels.
typedef struct {
  int32_t quads;
  int64_t offsets[PRODUCTS];
  __m512i weights[WW_DEPTHWISE_QUADS][VECTORS];
  // What the exact sum starts with: the bias, and what the zero point takes off.
  channels64 start;
} block64;

INLINE void prepare(block64 *block, const ww_depthwise *layer, int64_t channel) {
  const int64_t padded = filled_up(layer->channels);
  const __m512i none = _mm512_setzero_si512(), ones = _mm512_set1_epi8(1);
  channels64 total = filled(0);
  block->quads = (layer->products + 3) / 4;
  for (int32_t quad = 0; quad < block->quads; quad++) {
    __m512i rows[4];
    for (int i = 0; i < 4; i++) {
      const int32_t k = 4 * quad + i;
      const int isProduct = k < layer->products;
      block->offsets[k] = isProduct ? layer->offsets[k] : layer->offsets[0];
      rows[i] = isProduct ? _mm512_loadu_si512(layer->weights + k * padded + channel) : none;
    }
    const channels64 weights = interleaved(rows[0], rows[1], rows[2], rows[3]);
    for (int j = 0; j < VECTORS; j++) block->weights[quad][j] = weights.v[j];
    for (int j = 0; j < VECTORS; j++)
      total.v[j] = _mm512_dpbusd_epi32(total.v[j], ones, weights.v[j]);
  }
  block->start = loaded(layer->bias + channel);
  const __m512i zero = _mm512_set1_epi32(layer->zero);
  for (int j = 0; j < VECTORS; j++)
    block->start.v[j] =
        _mm512_sub_epi32(block->start.v[j], _mm512_mullo_epi32(total.v[j], zero));
}

// The exact sums of `count` outputs, a constant.
INLINE void exact(const block64 *block, int quads, const uint8_t *const *sources, int count,
                  channels64 *sums) {
  for (int row = 0; row < count; row++) sums[row] = block->start;
  for (int i = 0; i < quads; i++)
    for (int row = 0; row < count; row++)
      sums[row] =
          dot(sums[row], quad(sources[row], block->offsets + 4 * i), block->weights[i]);
}

INLINE void wide_as(const ww_depthwise *layer, const block64 *block, int quads, int64_t channel,
                    int64_t first, int64_t count, int32_t *out, int32_t *lowest,
                    int32_t *highest) {
  const masks64 masks = masks_of(layer->channels - channel);
  channels64 low = loaded(lowest + channel), high = loaded(highest + channel), sums[PAIR];
  const uint8_t *sources[PAIR];
  ww_position position = position_of(layer, first);
  int64_t row = 0;
  for (; row + PAIR <= count; row += PAIR) {
    for (int i = 0; i < PAIR; i++)
      sources[i] = layer->image + next_origin(layer, &position) + channel;
    exact(block, quads, sources, PAIR, sums);
    for (int i = 0; i < PAIR; i++) {
      widen(&low, &high, sums[i]);
      write_out(out + (row + i) * layer->channels + channel, sums[i], masks);
    }
  }
  if (row < count) {
    sources[0] = layer->image + next_origin(layer, &position) + channel;
    exact(block, quads, sources, 1, sums);
    widen(&low, &high, sums[0]);
    write_out(out + row * layer->channels + channel, sums[0], masks);
  }
  stored(lowest + channel, low);
  stored(highest + channel, high);
}

TARGET void ww_depthwise_wide_vnni(const ww_depthwise *layer, int64_t channel, int64_t first,
                                   int64_t count, int32_t *out, int32_t *lowest,
                                   int32_t *highest) {
  block64 block;
  prepare(&block, layer, channel);
  if (block.quads == 3)
    wide_as(layer, &block, 3, channel, first, count, out, lowest, highest);
  else
    wide_as(layer, &block, block.quads, channel, first, count, out, lowest, highest);
}

// The additions of 64 channels: the weights of each product or part of a group within a quad, what
// the zero point takes off it, and whether the addition to the accumulator is complete.
typedef struct {
  int32_t ends[WW_DEPTHWISE_QUADS + 1];  // the steps before each quad
  int32_t groups[PRODUCTS];              // the number of the addition, -1 where it goes on
  __m512i weights[PRODUCTS][VECTORS];
  __m512i zeros[PRODUCTS][VECTORS];
} steps64;

INLINE void prepare_steps(steps64 *steps, const block64 *block, const ww_depthwise *layer) {
  const __m512i ones = _mm512_set1_epi8(1), minusZero = _mm512_set1_epi32(-layer->zero);
  int32_t count = 0;
  for (int32_t quad = 0; quad < block->quads; quad++) {
    steps->ends[quad] = count;
    const int32_t end = 4 * quad + 4 < layer->products ? 4 * quad + 4 : layer->products;
    for (int32_t k = 4 * quad; k < end;) {
      const int32_t group = k / layer->lanes;
      uint32_t mask = 0;
      for (; k < end && k / layer->lanes == group; k++) mask |= 0xffu << (8 * (k % 4));
      const int isComplete = k == layer->products || k / layer->lanes != group;
      steps->groups[count] = isComplete ? group : -1;
      for (int j = 0; j < VECTORS; j++) {
        const __m512i w =
            _mm512_and_si512(block->weights[quad][j], _mm512_set1_epi32((int32_t)mask));
        steps->weights[count][j] = w;
        steps->zeros[count][j] = _mm512_mullo_epi32(
            _mm512_dpbusd_epi32(_mm512_setzero_si512(), ones, w), minusZero);
      }
      count++;
    }
  }
  steps->ends[block->quads] = count;
}

// How an accumulator is checked, known when this is compiled; `products` are 0 where they are not.
typedef struct {
  int saturate, hasZero, hasLanes, products;
} kind;

INLINE int quads_of(const block64 *block, kind kind) {
  return kind.products ? (kind.products + 3) / 4 : block->quads;
}

// The first step of a quad.
INLINE int first_step(const steps64 *steps, kind kind, int quad) {
  if (!kind.products) return steps->ends[quad];
  return 4 * quad < kind.products ? 4 * quad : kind.products;
}

typedef struct {
  // Contents that wrap, and prefixes, are counted from the lowest one: `origin` stands for 0, and what
  // is outside the range has bits of `outside`.
  __m512i origin, outside;
  __m512i smallest, largest;  // the range
  channels64 bias;
  int bits, biasFirst;
} range64;

// The content of the accumulator after a sum is stored; sets the channels whose sum left the range.
INLINE __m512i store_sum(__m512i sum, const range64 *range, int saturate, __mmask16 *left) {
  if (saturate) {
    const __m512i content =
        _mm512_min_epi32(_mm512_max_epi32(sum, range->smallest), range->largest);
    *left = _mm512_cmpneq_epi32_mask(content, sum);
    return content;
  }
  *left = _mm512_test_epi32_mask(sum, range->outside);
  return _mm512_andnot_si512(range->outside, sum);
}

INLINE channels64 add_bias(channels64 content, const range64 *range, int saturate,
                           channels64 *events) {
  const __m512i one = _mm512_set1_epi32(1);
  for (int j = 0; j < VECTORS; j++) {
    __mmask16 left;
    content.v[j] =
        store_sum(_mm512_add_epi32(content.v[j], range->bias.v[j]), range, saturate, &left);
    events->v[j] = count_marked(events->v[j], left, one);
  }
  return content;
}

// The counts over the outputs of one call.
typedef struct {
  channels64 low, high;
  channels64 events, biasEvents, touched, persistent, netWraps;
  int32_t first;
} counts64;

// Adds the products of a step to the sums of `count` outputs.
INLINE void add_step(channels64 *sums, const channels64 *x, const steps64 *steps, int step,
                     int hasZero, int count) {
  for (int row = 0; row < count; row++) {
    sums[row] = dot(sums[row], x[row], steps->weights[step]);
    if (hasZero)
      for (int j = 0; j < VECTORS; j++)
        sums[row].v[j] = _mm512_add_epi32(sums[row].v[j], steps->zeros[step][j]);
  }
}

// The exact sums of two outputs; whether a prefix left the range. Prefixes are counted from the
// lowest content, so that those outside have bits from `bits` on.
INLINE int tracked(const block64 *block, const steps64 *steps, const range64 *range, kind kind,
                   const uint8_t *const *sources, channels64 *sums) {
  channels64 seen[PAIR], x[PAIR];
  for (int row = 0; row < PAIR; row++) {
    for (int j = 0; j < VECTORS; j++)
      sums[row].v[j] =
          range->biasFirst ? _mm512_add_epi32(range->origin, range->bias.v[j]) : range->origin;
    seen[row] = sums[row];
  }
  const int quads = quads_of(block, kind);
#pragma clang loop unroll(full)
  for (int i = 0; i < quads; i++) {
    for (int row = 0; row < PAIR; row++) x[row] = quad(sources[row], block->offsets + 4 * i);
    const int end = first_step(steps, kind, i + 1);
#pragma clang loop unroll(full)
    for (int step = first_step(steps, kind, i); step < end; step++) {
      add_step(sums, x, steps, step, kind.hasZero, PAIR);
      if (kind.hasLanes && steps->groups[step] < 0) continue;
      for (int row = 0; row < PAIR; row++)
        for (int j = 0; j < VECTORS; j++)
          seen[row].v[j] = _mm512_or_si512(seen[row].v[j], sums[row].v[j]);
    }
  }
  __m512i all = _mm512_setzero_si512();
  for (int row = 0; row < PAIR; row++) {
    for (int j = 0; j < VECTORS; j++) {
      if (!range->biasFirst) {
        sums[row].v[j] = _mm512_add_epi32(sums[row].v[j], range->bias.v[j]);
        seen[row].v[j] = _mm512_or_si512(seen[row].v[j], sums[row].v[j]);
      }
      all = _mm512_or_si512(all, seen[row].v[j]);
      sums[row].v[j] = _mm512_sub_epi32(sums[row].v[j], range->origin);
    }
  }
  return _mm512_test_epi32_mask(all, range->outside) != 0;
}

// Whether any two numbers differ.
INLINE int differ(channels64 a, channels64 b) {
  __m512i any = _mm512_setzero_si512();
  for (int j = 0; j < VECTORS; j++)
    any = _mm512_or_si512(any, _mm512_xor_si512(a.v[j], b.v[j]));
  return _mm512_test_epi32_mask(any, any) != 0;
}

// The content of the narrow accumulators of one output, addition by addition, everything counted;
// whether any addition left the range.
INLINE int stepped(const block64 *block, const steps64 *steps, const range64 *range, kind kind,
                   const uint8_t *source, channels64 *result, counts64 *counts) {
  const __m512i one = _mm512_set1_epi32(1);
  channels64 sum = block->start, content, events = filled(0), biasEvents = filled(0);
  for (int j = 0; j < VECTORS; j++)
    content.v[j] = kind.saturate ? _mm512_setzero_si512() : range->origin;
  if (range->biasFirst) content = add_bias(content, range, kind.saturate, &biasEvents);
  const int quads = quads_of(block, kind), first = counts->first;
#pragma clang loop unroll(full)
  for (int i = 0; i < quads; i++) {
    const channels64 x = quad(source, block->offsets + 4 * i);
    sum = dot(sum, x, block->weights[i]);
    const int end = first_step(steps, kind, i + 1);
#pragma clang loop unroll(full)
    for (int step = first_step(steps, kind, i); step < end; step++) {
      add_step(&content, &x, steps, step, kind.hasZero, 1);
      const int32_t group = steps->groups[step];
      if (kind.hasLanes && group < 0) continue;
      const channels64 before = events;
      for (int j = 0; j < VECTORS; j++) {
        __mmask16 left;
        content.v[j] = store_sum(content.v[j], range, kind.saturate, &left);
        events.v[j] = count_marked(events.v[j], left, one);
      }
      if (__builtin_expect(group < first, 0) && group < counts->first && differ(events, before))
        counts->first = group;
    }
  }
  if (!range->biasFirst) content = add_bias(content, range, kind.saturate, &biasEvents);
  widen(&counts->low, &counts->high, sum);
  __m512i any = _mm512_setzero_si512();
  for (int j = 0; j < VECTORS; j++) {
    if (!kind.saturate) content.v[j] = _mm512_sub_epi32(content.v[j], range->origin);
    const __m512i all = _mm512_or_si512(events.v[j], biasEvents.v[j]);
    any = _mm512_or_si512(any, all);
    counts->touched.v[j] =
        count_marked(counts->touched.v[j], _mm512_test_epi32_mask(all, all), one);
    const __m512i place = _mm512_add_epi32(sum.v[j], range->origin);
    counts->persistent.v[j] = count_marked(
        counts->persistent.v[j], _mm512_test_epi32_mask(place, range->outside), one);
    if (!kind.saturate) {
      const __m512i lost = _mm512_abs_epi32(_mm512_sub_epi32(sum.v[j], content.v[j]));
      counts->netWraps.v[j] = _mm512_add_epi32(
          counts->netWraps.v[j], _mm512_srl_epi32(lost, _mm_cvtsi32_si128(range->bits)));
    }
  }
  counts->events = sum_of(counts->events, events);
  counts->biasEvents = sum_of(counts->biasEvents, biasEvents);
  *result = content;
  return _mm512_test_epi32_mask(any, any) != 0;
}

typedef int (*stepping)(const block64 *, const steps64 *, const range64 *, const uint8_t *,
                        channels64 *, counts64 *);

// Watches the prefixes of two outputs at a time, and steps both where one left the range. Where any
// did, the next ones probably do, too, and are stepped at once.
INLINE void checked_as(const ww_depthwise *layer, const block64 *block, const steps64 *steps,
                       const range64 *range, kind kind, stepping step, int64_t channel,
                       int64_t first, int64_t count, int32_t *out, counts64 *counts) {
  const masks64 masks = masks_of(layer->channels - channel);
  const uint8_t *sources[PAIR];
  channels64 sums[PAIR];
  ww_position position = position_of(layer, first);
  int left = 0;
  for (int64_t row = 0; row < count;) {
    const int rows = count - row < PAIR ? 1 : PAIR;
    for (int i = 0; i < PAIR; i++)
      sources[i] = i < rows ? layer->image + next_origin(layer, &position) + channel : sources[0];
    if (left || tracked(block, steps, range, kind, sources, sums)) {
      left = 0;
      for (int i = 0; i < rows; i++)
        left |= step(block, steps, range, sources[i], &sums[i], counts);
    } else {
      for (int i = 0; i < PAIR; i++) widen(&counts->low, &counts->high, sums[i]);
    }
    for (int i = 0; i < rows; i++, row++)
      write_out(out + row * layer->channels + channel, sums[i], masks);
  }
}

#define CHECKED(SATURATE, ZERO, LANES, PRODUCTS)                                             \
  static __attribute__((noinline)) TARGET int step_##SATURATE##ZERO##LANES##PRODUCTS(         \
      const block64 *block, const steps64 *steps, const range64 *range, const uint8_t *source, \
      channels64 *result, counts64 *counts) {                                                 \
    const kind kind = {SATURATE, ZERO, LANES, PRODUCTS};                                      \
    return stepped(block, steps, range, kind, source, result, counts);                        \
  }                                                                                           \
  static __attribute__((noinline)) TARGET void checked_##SATURATE##ZERO##LANES##PRODUCTS(     \
      const ww_depthwise *layer, const block64 *block, const steps64 *steps,                  \
      const range64 *range, int64_t channel, int64_t first, int64_t count, int32_t *out,      \
      counts64 *counts) {                                                                     \
    const kind kind = {SATURATE, ZERO, LANES, PRODUCTS};                                      \
    checked_as(layer, block, steps, range, kind, step_##SATURATE##ZERO##LANES##PRODUCTS,      \
               channel, first, count, out, counts);                                           \
  }

CHECKED(0, 0, 0, 9)
CHECKED(0, 1, 0, 9)
CHECKED(1, 0, 0, 9)
CHECKED(1, 1, 0, 9)
CHECKED(0, 0, 0, 0)
CHECKED(0, 1, 0, 0)
CHECKED(1, 0, 0, 0)
CHECKED(1, 1, 0, 0)
CHECKED(0, 0, 1, 0)
CHECKED(0, 1, 1, 0)
CHECKED(1, 0, 1, 0)
CHECKED(1, 1, 1, 0)

TARGET void ww_depthwise_checked_vnni(const ww_depthwise *layer, int64_t channel, int bits,
                                      int saturate, int64_t first, int64_t count, int32_t *out,
                                      ww_depthwise_figures *figures) {
  block64 block;
  steps64 steps;
  prepare(&block, layer, channel);
  prepare_steps(&steps, &block, layer);
  const int32_t largest = (int32_t)((1u << (bits - 1)) - 1);
  const range64 range = {
      .origin = _mm512_set1_epi32((int32_t)(1u << (bits - 1))),
      .outside = _mm512_set1_epi32((int32_t)~((1u << bits) - 1)),
      .bias = loaded(layer->bias + channel),
      .smallest = _mm512_set1_epi32(-largest - 1),
      .largest = _mm512_set1_epi32(largest),
      .bits = bits,
      .biasFirst = layer->biasFirst,
  };
  const int hasZero = layer->zero != 0, hasLanes = layer->lanes != 1;
  counts64 counts = {loaded(figures->lowest + channel), loaded(figures->highest + channel),
                     filled(0), filled(0), filled(0), filled(0), filled(0), figures->first};
#define RUN(SATURATE, ZERO, LANES, PRODUCTS)                                                \
  if ((saturate != 0) == SATURATE && hasZero == ZERO && hasLanes == LANES &&                \
      (layer->products == 9 && !LANES) == (PRODUCTS == 9))                                  \
    checked_##SATURATE##ZERO##LANES##PRODUCTS(layer, &block, &steps, &range, channel, first, \
                                              count, out, &counts);
  RUN(0, 0, 0, 9)
  RUN(0, 1, 0, 9)
  RUN(1, 0, 0, 9)
  RUN(1, 1, 0, 9)
  RUN(0, 0, 0, 0)
  RUN(0, 1, 0, 0)
  RUN(1, 0, 0, 0)
  RUN(1, 1, 0, 0)
  RUN(0, 0, 1, 0)
  RUN(0, 1, 1, 0)
  RUN(1, 0, 1, 0)
  RUN(1, 1, 1, 0)
#undef RUN
  stored(figures->lowest + channel, counts.low);
  stored(figures->highest + channel, counts.high);
  add_counts(figures->events + channel, counts.events);
  add_counts(figures->biasEvents + channel, counts.biasEvents);
  add_counts(figures->touched + channel, counts.touched);
  add_counts(figures->persistent + channel, counts.persistent);
  add_counts(figures->netWraps + channel, counts.netWraps);
  figures->first = counts.first;
}
#endif
