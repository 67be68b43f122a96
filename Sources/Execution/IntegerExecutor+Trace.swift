internal import Networks
internal import Tensors

extension IntegerExecutor {
  /// Every tensor of one layer of one sample, codes as stored: images channel-last.
  public struct LayerTrace: Sendable {
    /// The layer.
    public let layer: Int
    /// The input codes.
    public let inputs: [[Int32]]
    /// The accumulator contents, bias included; nil for layers without products.
    public let contents: [Int64]?
    /// The output codes.
    public let output: [Int32]
  }

  /// Runs one sample from the initial memory and hands every layer's tensors to `visit`, in order.
  public func trace(_ codes: [Int32], visit: (LayerTrace) -> Void) -> [Int32] {
    SampleRunner.with(self) { runner in
      codes.withUnsafeBufferPointer { inputOrder.store($0, runner.results[0]) }
      for index in plans.indices {
        // A layer may write its output where an input was.
        let inputs = self.inputs[index].map { runner.codes[$0].array(count: layout.counts[$0]) }
        let count = layout.counts[index + 1]
        var contents: [Int64]?
        if case .linear = steps[index] {
          contents = [Int64](unsafeUninitializedCapacity: count) { contents, initialized in
            contents.initialize(repeating: 0)
            runner.run(layer: index, contents: contents.baseAddress)
            initialized = count
          }
        } else {
          runner.run(layer: index)
        }
        visit(
          LayerTrace(
            layer: index, inputs: inputs, contents: contents,
            output: runner.codes[index + 1].array(count: count)))
      }
      return runner.output()
    }
  }
}
