internal import CKernels

extension LinearPlan {
  /// Computes the codes of one tile of one group whose sums cannot leave the range.
  func codes(
    _ form: ByteLinear, _ requantize: RequantizeKernel, _ operands: UnsafePointer<UInt8>,
    stride rowStride: Int, group: Int, rows: Int, _ sums: UnsafeMutablePointer<Int32>,
    _ figures: inout ByteFigures, to bytes: UnsafeMutablePointer<UInt8>, stride: Int
  ) {
    let width = form.panels * 16
    form.weights.withUnsafeBufferPointer { weights in
      form.start.withUnsafeBufferPointer { starts in
        figures.extremes.withUnsafeMutableBufferPointer { extremes in
          guard let weights = weights.baseAddress, let starts = starts.baseAddress,
            let extremes = extremes.baseAddress
          else { return }
          var products = ww_products(
            x: operands, rowStride: Int64(rowStride), w: weights + group * width * form.depth,
            panelStride: Int64(16 * form.depth), rows: Int64(rows), depth: Int64(form.depth),
            panels: Int32(form.panels))
          requantize.withForm(from: group * form.channels) { rescaling in
            ww_wide_codes(
              &products, starts + group * width, &rescaling, Int32(form.channels), sums, extremes,
              extremes + width, bytes, Int64(stride))
          }
        }
      }
    }
  }
}
