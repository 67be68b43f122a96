package import Widthwise

/// A quantized network over samples, through the executor: codes in, codes and overflow out.
package struct NetworkWork: RepeatableWork {
  /// The executor, ready to run.
  package let executor: IntegerExecutor
  private let samples: [[Int32]]
  private let threads: Int
  package let macs: Int
  package var items: Int { samples.count }

  /// A network with its samples.
  package init(_ executor: IntegerExecutor, samples: [[Int32]], threads: Int) {
    self.executor = executor
    self.samples = samples
    self.threads = threads
    macs =
      samples.count
      * executor.network.layers.reduce(0) { sum, layer in
        guard case .linear(let linear) = layer.operation else { return sum }
        return sum + linear.outputCount * linear.depth
      }
  }

  package func run() async -> Figures {
    let samples = samples
    let execution = await executor.run(count: samples.count, threads: threads) { samples[$0] }
    var figures = Figures()
    for overflow in execution.overflow { if let overflow { figures.add(overflow) } }
    for output in execution.outputs { figures.add(codes: output) }
    return figures
  }

  /// The output codes of each sample, in ONNX axis order.
  package func outputs() async -> [[Int32]] {
    let samples = samples
    return await executor.run(count: samples.count, threads: threads) { samples[$0] }.outputs
  }
}
