internal import CKernels
internal import Networks
internal import Tensors

extension LinearPlan {
  /// Computes one sample of bytes whose sums cannot leave the range, or several that have one output
  /// each: sums become codes at once.
  ///
  /// - Shapes: codes [height, width, inputChannels], readable for `slack` bytes beyond; results
  ///   [outputHeight, outputWidth, outputChannels].
  func run(
    _ form: ByteLinear, _ requantize: RequantizeKernel, _ codes: UnsafePointer<UInt8>,
    to results: UnsafeMutablePointer<UInt8>, samples: SampleRows?, overflow: inout LayerOverflow,
    workspace: inout Workspace
  ) {
    let isDirect = form.columns.isDirect
    let outputs = samples?.count ?? outputsPerChannel
    let inputStride = isDirect ? samples?.stride ?? linear.inputChannels : form.depth
    let resultStride = samples?.stride ?? linear.outputChannels
    let rows = isDirect ? outputs : Self.rows(depth: form.depth, outputs: outputs)
    workspace.grow(
      image: form.imageCount, columns: isDirect ? 0 : rows * form.depth,
      sums: max(Int(WW_CODES_SUMS), Int(WW_CODES_ROWS) * form.panels * 16), scratch: 0)
    var figures = ByteFigures()
    swap(&figures, &workspace.figures)
    workspace.withBuffers { image, tile, sums, _ in
      let source = form.bordered(codes, image)
      for group in 0..<form.groups {
        figures.reset(panels: form.panels)
        for start in stride(from: 0, to: outputs, by: rows) {
          let count = min(rows, outputs - start)
          var operands = source + start * inputStride
          if !isDirect {
            gather(
              form, source, sampleStride: samples?.stride, group: group, start, count, to: tile)
            operands = UnsafePointer(tile)
          }
          self.codes(
            form, requantize, operands, stride: inputStride, group: group, rows: count, sums,
            &figures, to: results + start * resultStride + group * form.channels,
            stride: resultStride)
        }
        record(
          figures, form, group: group, outputs, samples: samples?.count ?? 1, .max, in: &overflow)
      }
    }
    swap(&figures, &workspace.figures)
  }

  /// Computes the codes of one tile of one group whose sums cannot leave the range.
  private func codes(
    _ form: ByteLinear, _ requantize: RequantizeKernel, _ operands: UnsafePointer<UInt8>,
    stride rowStride: Int, group: Int, rows: Int, _ sums: UnsafeMutablePointer<Int32>,
    _ figures: inout ByteFigures, to bytes: UnsafeMutablePointer<UInt8>, stride: Int
  ) {
    let width = form.panels * 16
    form.withProducts(operands, stride: rowStride, group: group, rows: rows, &figures) {
      products, starts, _, extremes in
      requantize.withForm(from: group * form.channels) { rescaling in
        ww_wide_codes(
          &products, starts, &rescaling, Int32(form.channels), sums, extremes, extremes + width,
          bytes, Int64(stride))
      }
    }
  }
}

extension ByteLinear {
  /// The elements of the image with a border; 0 where there is none.
  var imageCount: Int { columns.border?.imageCount ?? 0 }

  /// The input with its border, written to `image` where it has one.
  func bordered(
    _ codes: UnsafePointer<UInt8>, _ image: UnsafeMutablePointer<UInt8>
  ) -> UnsafePointer<UInt8> {
    guard let border = columns.border else { return codes }
    border.fill(image, from: codes, border: columns.borderByte) { $0 }
    return UnsafePointer(image)
  }
}
