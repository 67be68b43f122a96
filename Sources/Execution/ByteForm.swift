internal import Arithmetic
internal import CKernels
internal import Networks
internal import Tensors

/// A layer of products on bytes, by the kernels that suit it.
enum ByteForm: Sendable {
  case panels(ByteLinear)
  /// Codes come from `LinearPlan.code` where there is no kernel for them.
  case depthwise(ByteDepthwise, RequantizeKernel?)

  /// The form of a layer; nil where operands are no bytes or the accumulator is of another kind.
  init?(_ plan: LinearPlan) {
    if let depthwise = ByteDepthwise(plan) {
      self = .depthwise(depthwise, RequantizeKernel(plan, isCorrected: true))
    } else if let panels = ByteLinear(plan) {
      self = .panels(panels)
    } else {
      return nil
    }
  }
}

extension LinearPlan {
  /// Computes one sample of bytes.
  ///
  /// - Shapes: codes [height, width, inputChannels], readable for `slack` bytes beyond; results and
  ///   contents [outputHeight, outputWidth, outputChannels].
  func run(
    _ form: ByteForm, _ codes: UnsafePointer<UInt8>, _ results: MutableStoredCodes,
    contents: UnsafeMutablePointer<Int64>?, overflow: inout LayerOverflow,
    workspace: inout Workspace
  ) {
    switch form {
    case .panels(let form):
      run(form, codes, results, contents: contents, overflow: &overflow, workspace: &workspace)
    case .depthwise(let form, let requantize):
      run(
        form, requantize, codes, results, contents: contents, overflow: &overflow,
        workspace: &workspace)
    }
  }

  private func run(
    _ form: ByteDepthwise, _ requantize: RequantizeKernel?, _ codes: UnsafePointer<UInt8>,
    _ results: MutableStoredCodes, contents: UnsafeMutablePointer<Int64>?,
    overflow: inout LayerOverflow, workspace: inout Workspace
  ) {
    let (outputs, channels) = (outputsPerChannel, linear.outputChannels)
    // The contents of a tile stay in the second cache.
    let rows = min(outputs, max(16, (32 << 10) / channels))
    workspace.grow(image: form.imageCount, columns: 0, sums: rows * channels + 16, scratch: 0)
    var figures = form.emptyFigures
    workspace.withBuffers { image, _, sums, _ in
      form.fill(image, from: codes)
      for start in stride(from: 0, to: outputs, by: rows) {
        let tile = start..<min(start + rows, outputs)
        form.run(image, outputs: tile, sums, &figures)
        if let contents {
          let target = contents + start * channels
          for place in 0..<tile.count * channels { target[place] = Int64(sums[place]) }
        }
        write(
          sums, width: channels, rows: tile.count, channels: 0..<channels, requantize,
          isCorrected: true, to: results, at: start * channels)
      }
    }
    form.record(figures, self, in: &overflow)
  }
}
