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
