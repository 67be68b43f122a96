internal import Networks
internal import Tensors

extension LinearPlan {
  /// Computes one sample of stored codes.
  ///
  /// - Shapes: codes [height, width, inputChannels]; results [outputHeight, outputWidth,
  ///   outputChannels]; `contents`, when given, receives the accumulators in the same shape.
  func run(
    _ codes: StoredCodes, _ results: MutableStoredCodes,
    contents: UnsafeMutablePointer<Int64>?, overflow: inout LayerOverflow,
    workspace: inout Workspace
  ) {
    if let stepped {
      run(stepped, codes, results, contents: contents, overflow: &overflow)
      return
    }
    if let decoding {
      let inputs = linear.window.height * linear.window.width * linear.inputChannels
      runDecoded(
        decoding, codes, count: inputs, results, contents: contents, overflow: &overflow,
        workspace: &workspace)
      return
    }
    runIntegers(codes, results, contents: contents, overflow: &overflow, workspace: &workspace)
  }

  /// Decodes the codes of one sample and computes it.
  private func runDecoded(
    _ decoding: InputDecoding, _ codes: StoredCodes, count: Int, _ results: MutableStoredCodes,
    contents: UnsafeMutablePointer<Int64>?, overflow: inout LayerOverflow,
    workspace: inout Workspace
  ) {
    var decoded: [Int32] = []
    swap(&decoded, &workspace.decoded)
    defer { swap(&decoded, &workspace.decoded) }
    Workspace.grow(&decoded, to: count)
    decoded.withUnsafeMutableBufferPointer { buffer in
      guard let words = buffer.baseAddress else { return }
      decoding.decode(codes, to: words, count: count)
      runIntegers(
        .words(words), results, contents: contents, overflow: &overflow, workspace: &workspace)
    }
  }

  /// Computes one sample of stored codes that are integers.
  private func runIntegers(
    _ codes: StoredCodes, _ results: MutableStoredCodes,
    contents: UnsafeMutablePointer<Int64>?, overflow: inout LayerOverflow,
    workspace: inout Workspace
  ) {
    if let bytes {
      switch codes {
      case .bytes(let codes, _):
        run(bytes, codes, results, contents: contents, overflow: &overflow, workspace: &workspace)
      case .words(let codes):
        let count = linear.window.height * linear.window.width * linear.inputChannels
        workspace.withInput(codes, count: count, lowest: Int32(input.codes.lowerBound)) {
          workspace, codes in
          run(bytes, codes, results, contents: contents, overflow: &overflow, workspace: &workspace)
        }
      }
      return
    }
    if case .words(let codes) = codes, case .words(let results) = results {
      run(codes, results, contents: contents, overflow: &overflow, workspace: &workspace)
      return
    }
    let inputs = linear.window.height * linear.window.width * linear.inputChannels
    let outputs = outputsPerChannel * linear.outputChannels
    workspace.withWords(inputs: inputs, results: outputs) { workspace, words, sums in
      codes.copy(to: words, count: inputs)
      run(words, sums, contents: contents, overflow: &overflow, workspace: &workspace)
      results.fill(from: sums, count: outputs)
    }
  }
}

/// One sample of a layer of products, or several that have one output each.
///
/// A function that holds what it needs: threads that run the same layer would else spend their time on
/// counting the references to its arrays.
typealias StoredLinear =
  @Sendable (
    _ codes: StoredCodes, _ results: MutableStoredCodes, _ samples: LinearPlan.SampleRows?,
    _ contents: UnsafeMutablePointer<Int64>?, _ overflow: inout LayerOverflow,
    _ workspace: inout Workspace
  ) -> Void

extension LinearPlan {
  /// The layer as a function.
  ///
  /// Several samples run only where `formOfSamples` says so, without contents.
  var stored: StoredLinear {
    switch decoding == nil ? bytes : nil {
    case .panels(let form):
      guard let requantize = form.requantize else { break }
      if let narrow = form.narrow {
        return { codes, results, _, contents, overflow, workspace in
          if contents == nil, case .bytes(let codes, _) = codes,
            case .bytes(let results, _) = results
          {
            self.run(
              form, narrow, requantize, codes, to: results, overflow: &overflow,
              workspace: &workspace)
          } else {
            self.run(
              codes, results, contents: contents, overflow: &overflow, workspace: &workspace)
          }
        }
      }
      return { codes, results, samples, contents, overflow, workspace in
        if contents == nil, case .bytes(let codes, _) = codes, case .bytes(let results, _) = results
        {
          self.run(
            form, requantize, codes, to: results, samples: samples, overflow: &overflow,
            workspace: &workspace)
        } else {
          self.run(
            codes, results, contents: contents, overflow: &overflow, workspace: &workspace)
        }
      }
    case .depthwise(let form, let requantize):
      guard let image = form.image, let requantize else { break }
      return { codes, results, _, contents, overflow, workspace in
        var figures = form.emptyFigures
        if contents == nil, case .bytes(let codes, _) = codes,
          image.run(codes, requantize, to: results, &figures)
        {
          figures.record(self, in: &overflow)
        } else {
          self.run(
            codes, results, contents: contents, overflow: &overflow, workspace: &workspace)
        }
      }
    case .popcount, nil: break
    }
    return { codes, results, _, contents, overflow, workspace in
      self.run(codes, results, contents: contents, overflow: &overflow, workspace: &workspace)
    }
  }
}
