#include "dispatch.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#if defined(__aarch64__)
#if defined(__linux__)
#include <sys/auxv.h>
#endif
static const char *const names[WW_DISPATCH_LEVELS] = {"portable", "neon", "i8mm", "i8mm", "i8mm"};
#else
static const char *const names[WW_DISPATCH_LEVELS] = {"portable", "avx2", "avx512", "vnni", "amx"};
#endif

#if defined(__x86_64__)
// Whether the kernel lets this process use AMX tiles: asked once, for all of its threads.
static int permits_tiles(void) {
#if defined(__linux__) && defined(SYS_arch_prctl)
  enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
  return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
#else
  return 0;
#endif
}
#endif

static int supported_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
    if (!__builtin_cpu_supports("avx512vnni")) return WW_AVX512;
    if (__builtin_cpu_supports("amx-tile") && __builtin_cpu_supports("amx-int8") && permits_tiles())
      return WW_AMX;
    return WW_VNNI;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return WW_AVX2;
#elif defined(__aarch64__)
#if defined(__linux__)
  enum { HWCAP2_MATRIX = 1 << 13 };
  if (getauxval(AT_HWCAP2) & HWCAP2_MATRIX) return WW_I8MM;
#endif
  return WW_NEON;
#endif
  return WW_PORTABLE;
}

static int initial_level(void) {
  const int supported = supported_level();
  const char *wanted = getenv("WIDTHWISE_KERNELS");
  for (int level = 0; wanted && level < supported; level++)
    if (strcmp(wanted, names[level]) == 0) return level;
  return supported;
}

static int chosen_level = -1;

int ww_dispatch_level(void) {
  int level = __atomic_load_n(&chosen_level, __ATOMIC_RELAXED);
  if (level < 0) {
    level = initial_level();
    __atomic_store_n(&chosen_level, level, __ATOMIC_RELAXED);
  }
  return level;
}

void ww_limit_dispatch(int level) {
  const int supported = initial_level();
  __atomic_store_n(&chosen_level, level < supported ? level : supported, __ATOMIC_RELAXED);
}

const char *ww_dispatch_name(int level) {
  return level >= 0 && level < WW_DISPATCH_LEVELS ? names[level] : "unknown";
}
