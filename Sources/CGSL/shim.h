#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_min.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

// GSL's algorithm descriptors are global variables, which Swift 6 does not read; these hand them out.
static inline const gsl_min_fminimizer_type *ww_gsl_brent(void) { return gsl_min_fminimizer_brent; }
static inline const gsl_rng_type *ww_gsl_mersenne_twister(void) { return gsl_rng_mt19937; }
static inline const gsl_rng_type *ww_gsl_tausworthe(void) { return gsl_rng_taus2; }
