// Which instruction set the kernels use, chosen once at run time.
#ifndef CKERNELS_DISPATCH_H
#define CKERNELS_DISPATCH_H

// Each level of x86-64 includes those below it.
enum {
  WW_PORTABLE,
  WW_AVX2,
  WW_AVX512,
  WW_VNNI,  // AVX-512 with VNNI
  WW_AMX,   // and AMX tiles of int8
  WW_DISPATCH_LEVELS,
  // AArch64: products of bytes alone have these levels, everything else is portable there.
  WW_NEON = 1,
  WW_I8MM = 2  // NEON with the matrix extension of Armv8.6
};

// The level in use: the highest one that the machine has, or less when the environment variable
// WIDTHWISE_KERNELS names one of portable, avx2,
// avx512, vnni, amx; on AArch64 portable, neon, i8mm.
int ww_dispatch_level(void);

// Lowers the dispatch level, for tests that compare the levels. Not thread-safe against running kernels.
void ww_limit_dispatch(int level);

// The name of a level, as the environment variable takes it.
const char *ww_dispatch_name(int level);

#endif
