internal import Arithmetic
internal import CKernels
internal import Networks
internal import Tensors

/// A layer of products on bytes, by the kernels that suit it.
enum ByteForm: Sendable {
  case panels(ByteLinear)
  /// Codes come from `LinearPlan.code` where there is no kernel for them.
  case depthwise(ByteDepthwise, RequantizeKernel?)
  case popcount(PopcountProduct, RequantizeKernel?)

  /// The form of a layer; nil where operands are no bytes or the accumulator is of another kind.
  init?(_ plan: LinearPlan) {
    if let depthwise = ByteDepthwise(plan) {
      self = .depthwise(depthwise, RequantizeKernel(plan))
    } else if let popcount = PopcountProduct(plan), popcount.isFaster {
      self = .popcount(popcount, RequantizeKernel(plan))
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
    case .popcount(let form, let requantize):
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
    var figures = form.emptyFigures
    run(
      imageCount: form.imageCount, rows: (32 << 10) / linear.outputChannels, requantize, results,
      contents, &workspace
    ) { image in
      form.fill(image, from: codes)
    } tile: { image, outputs, sums in
      form.run(image, outputs: outputs, sums, &figures)
    }
    figures.record(self, in: &overflow)
  }

  private func run(
    _ form: PopcountProduct, _ requantize: RequantizeKernel?, _ codes: UnsafePointer<UInt8>,
    _ results: MutableStoredCodes, contents: UnsafeMutablePointer<Int64>?,
    overflow: inout LayerOverflow, workspace: inout Workspace
  ) {
    var figures = form.emptyFigures
    var bits: [Int] = []
    run(
      imageCount: form.imageCount, rows: 64, requantize, results, contents, &workspace
    ) { image in
      bits = form.fill(image, from: codes)
    } tile: { image, outputs, sums in
      form.run(image, bits: bits, outputs: outputs, sums, &figures)
    }
    figures.record(self, in: &overflow)
  }

  /// Computes one sample in tiles of `rows` outputs whose contents stay in the second cache.
  private func run(
    imageCount: Int, rows: Int, _ requantize: RequantizeKernel?, _ results: MutableStoredCodes,
    _ contents: UnsafeMutablePointer<Int64>?, _ workspace: inout Workspace,
    fill: (UnsafeMutablePointer<UInt8>) -> Void,
    tile: (UnsafeMutablePointer<UInt8>, Range<Int>, UnsafeMutablePointer<Int32>) -> Void
  ) {
    let (outputs, channels) = (outputsPerChannel, linear.outputChannels)
    let rows = min(outputs, max(16, rows))
    workspace.grow(image: imageCount, columns: 0, sums: rows * channels + 16, scratch: 0)
    workspace.withBuffers { image, _, sums, _ in
      fill(image)
      for start in stride(from: 0, to: outputs, by: rows) {
        let range = start..<min(start + rows, outputs)
        tile(image, range, sums)
        if let contents {
          let target = contents + start * channels
          for place in 0..<range.count * channels {
            target[place] = Int64(corrected(Int(sums[place]), channel: place % channels))
          }
        }
        write(
          sums, width: channels, rows: range.count, channels: 0..<channels, requantize,
          to: results, at: start * channels)
      }
    }
  }
}
