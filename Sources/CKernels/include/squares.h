// The sums of the squared inputs of outputs, of which norms are taken: each pixel is squared once, however many
// windows it is in.
#ifndef CKERNELS_SQUARES_H
#define CKERNELS_SQUARES_H

#include <stdint.h>

// The sum of the squares of each pixel's channels, less `zero`: image [pixels][channels]; squares [pixels]. The
// caller makes sure that no sum leaves 32 bits.
void ww_square_pixels(const uint8_t *image, int64_t pixels, int32_t channels, int32_t zero,
                      int32_t *squares);

// Which pixels the window of an output touches.
typedef struct {
  int64_t outputWidth;
  int64_t strideY, strideX;  // pixels between the first ones of outputs below and beside each other
  const int32_t *offsets;    // of each pixel of a window from its first one
  int32_t taps;
} ww_windows;

// The sums over the windows of outputs `first` to `first + count - 1`.
void ww_square_windows(const ww_windows *windows, const int32_t *squares, int64_t first,
                       int64_t count, int32_t *sums);

#endif
