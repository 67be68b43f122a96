// How AMX tiles are laid out for sums of products: 16 rows by 16 channels, 64 products an instruction.
#ifndef CKERNELS_AMX_H
#define CKERNELS_AMX_H

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#define AMX __attribute__((target("amx-tile,amx-int8,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))

typedef struct {
  uint8_t palette, startRow, reserved[14];
  uint16_t rowBytes[16];
  uint8_t rows[16];
} amx_configuration;

// Tiles for sums in 0 to 3 (two groups of rows by two panels), rows in 4 and 5, weights in 6 and 7. `second` may be 0.
static inline __attribute__((always_inline)) AMX void amx_configure(int first, int second) {
  amx_configuration c;
  memset(&c, 0, sizeof c);
  c.palette = 1;
  for (int i = 0; i < 8; i++) {
    c.rowBytes[i] = 64;
    c.rows[i] = 16;
  }
  c.rows[0] = c.rows[1] = c.rows[4] = (uint8_t)first;
  c.rows[2] = c.rows[3] = c.rows[5] = (uint8_t)(second ? second : first);
  _tile_loadconfig(&c);
}

#endif
