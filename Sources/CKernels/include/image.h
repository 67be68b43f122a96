// Images between the order of ONNX, channel by channel, and that of the kernels, pixel by pixel.
#ifndef CKERNELS_IMAGE_H
#define CKERNELS_IMAGE_H

#include <stdint.h>

// Codes [channels][pixels] to bytes [pixels][channels], each the code less `lowest`. Returns the bits above a
// byte that some difference has: 0 when all are bytes.
int32_t ww_store_image(const int32_t *codes, int64_t channels, int64_t pixels, int32_t lowest,
                       uint8_t *bytes);

// Bytes [pixels][channels] to codes [channels][pixels], each the byte and `lowest`.
void ww_load_image(const uint8_t *bytes, int64_t channels, int64_t pixels, int32_t lowest,
                   int32_t *codes);

// Bytes [rows][columns] to [columns][rows].
void ww_turn_image(const uint8_t *bytes, int64_t rows, int64_t columns, uint8_t *turned);

#endif
