// The few hot loops of Widthwise, with run-time dispatch (dispatch.h).
//
// Every kernel works on a tile of `rows` outputs by 16 channels (one "block"). Operands:
//   x  with xIsVector == 0: [rows][depth], one number a product, shared by the 16 channels;
//      with xIsVector == 1: [rows][depth][16], one number a product and channel (depthwise).
//   w  [depth][16].
// Products are added in the order of `depth`; `lanes` consecutive ones are summed exactly before each
// addition to the accumulator. `depth` is a multiple of `lanes` (padded with zeros).
// The element type is int32_t (suffix _i32) where the caller has proved that no exact sum leaves
// 32 bits, else int64_t arithmetic on int32_t operands (suffix _i64).
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdint.h>

#include "codes.h"
#include "depthwise-codes.h"
#include "depthwise.h"
#include "dispatch.h"
#include "gather.h"
#include "image.h"
#include "elementwise.h"
#include "float-registers.h"
#include "popcount.h"
#include "products.h"
#include "requantize.h"
#include "squares.h"
#include "thresholds.h"
#include "wide-registers.h"

enum { WW_BLOCK = 16 };

typedef struct {
  const int32_t *x;
  const int32_t *w;
  int64_t rows;
  int64_t depth;
  int32_t lanes;
  int32_t xIsVector;
  const int64_t *bias;  // [16]
  int32_t biasFirst;
} ww_tile;

// Exact sums, bias included: out [rows][16].
void ww_wide_i32(const ww_tile *tile, int32_t *out);
void ww_wide_i64(const ww_tile *tile, int64_t *out);

// Exact sums and, for each, the smallest and largest prefix after any addition, bias included.
void ww_track_i32(const ww_tile *tile, int32_t *out, int32_t *lowest, int32_t *highest);
void ww_track_i64(const ww_tile *tile, int64_t *out, int64_t *lowest, int64_t *highest);

// One row stepped through a narrow accumulator of `bits` bits: wrap (policy 0) or saturate (policy 1).
// `x` points at that row. Results [16]: the final content, the additions of products that left the
// range and whether the addition of the bias did. `*first` is the index of the first such addition of
// products in any of the 16 channels (INT32_MAX when none).
void ww_step_i32(const ww_tile *tile, int32_t bits, int32_t policy, int32_t *out, int32_t *events,
                 int32_t *biasEvents, int32_t *first);
void ww_step_i64(const ww_tile *tile, int32_t bits, int32_t policy, int64_t *out, int32_t *events,
                 int32_t *biasEvents, int32_t *first);

// What a register does with a sum outside its range.
enum {
  WW_WRAP,
  WW_SATURATE,
  WW_UNLIMITED,
  WW_SATURATE_TO_ZERO,
  WW_SATURATE_SYMMETRIC,
  WW_WRAP_SIGN_MAGNITUDE
};

// How a cast rounds: the modes of ap_fixed.
enum {
  WW_TRUNCATE,
  WW_TRUNCATE_TO_ZERO,
  WW_ROUND,
  WW_ROUND_TO_ZERO,
  WW_ROUND_TO_INFINITY,
  WW_ROUND_TO_MINUS_INFINITY,
  WW_ROUND_CONVERGENT
};

// The registers that products go through where one plain accumulator does not describe the device.
typedef struct {
  int32_t bits, policy;
  // With two levels: the products (a multiple of the lanes) after which the inner register is added to
  // the outer one and cleared; 0 for one level. The bias enters the last register.
  int64_t tile;
  int32_t outerBits, outerPolicy;
  // Whether each product, and the bias, is cast to the register before it is added: its last drop[j]
  // bits are rounded away (negative: zero bits are added) and the policy is applied. The bias comes
  // rounded. All casts drop fewer bits than T has.
  int32_t casts, rounding;
  int32_t drop[16];
} ww_registers;

// The rows of the figures of `ww_registers`, 16 numbers each: the final content and the sum that it would
// be without limits, the extremes of the exact prefixes of the first and of the last register (the same
// with one level; products themselves included with casts), the additions of products, of the bias and of
// the inner register that left the range, and the net wraps of the inner register; of `ww_ordered` also the
// spills that changed a content, and 1 where a prefix left a register in between or a storage.
enum {
  WW_CONTENT,
  WW_EXACT,
  WW_LOWEST,
  WW_HIGHEST,
  WW_OUTER_LOWEST,
  WW_OUTER_HIGHEST,
  WW_EVENTS,
  WW_BIAS_EVENTS,
  WW_OUTER_EVENTS,
  WW_NET_WRAPS,
  WW_SPILL_EVENTS,
  WW_LEFT,
  WW_FIGURES
};

enum { WW_LEVELS = 4, WW_STORAGES = 8 };

// The additions of a row written out: after product k, ends[k] says how much is complete. An even number 2i
// is a term of level i still growing; from 2i + 1 on it is added to the register of level i; from 2i + 2 on
// that register's content joins the term of level i + 1 and it is cleared. Then the content of the last
// register passes the first spills[k] storages. All are [depth].
typedef struct {
  const uint8_t *ends;
  const uint8_t *spills;
  int32_t count;  // registers, at most WW_LEVELS
  int32_t storageBits[WW_STORAGES], storagePolicy[WW_STORAGES];
} ww_order;

// One row stepped through registers; `x` points at that row. Figures [WW_FIGURES][16] and the index of the
// first addition of products that left the range (INT32_MAX when none). No sum, with or without limits,
// may leave the element type.
void ww_registers_i32(const ww_tile *tile, const ww_registers *registers, int64_t *figures,
                      int32_t *first);
void ww_registers_i64(const ww_tile *tile, const ww_registers *registers, int64_t *figures,
                      int32_t *first);

// The same through the registers of an order: all but the last are of `bits`, the last of two or more is of
// `outerBits`; `tile` is not used. `*first` counts the additions of products.
void ww_ordered(const ww_tile *tile, const ww_registers *registers, const ww_order *order,
                int64_t *figures, int32_t *first);

// What a tracked tile shows, added to running figures of the 16 channels.
//   channelLowest, channelHighest [16]: updated with the prefixes.
//   touched, persistent [16]: outputs with a prefix, with the final sum, outside [low, high].
//   histogram [65]: outputs by the bits their prefixes need.
//   flags [rows]: 1 where some channel's prefix left [low, high].
// `channels` of the 16 count. Returns the number of flagged rows.
int64_t ww_observe_i32(const int32_t *out, const int32_t *lowest, const int32_t *highest,
                       int64_t rows, int32_t channels, int64_t low, int64_t high,
                       int64_t *channelLowest, int64_t *channelHighest, int64_t *touched,
                       int64_t *persistent, int64_t *histogram, uint8_t *flags);
int64_t ww_observe_i64(const int64_t *out, const int64_t *lowest, const int64_t *highest,
                       int64_t rows, int32_t channels, int64_t low, int64_t high,
                       int64_t *channelLowest, int64_t *channelHighest, int64_t *touched,
                       int64_t *persistent, int64_t *histogram, uint8_t *flags);

// The float reference: out [rows][16] = bias + sum x * w, x [rows][depth] or [rows][depth][16].
void ww_float(const float *x, const float *w, int64_t rows, int64_t depth, int32_t xIsVector,
              const float *bias, float *out);

#endif
