package import Widthwise

/// A quantized network over samples, through the executor: codes in, codes and overflow out.
package struct NetworkWork: RepeatableWork {
  /// The executor, ready to run.
  package let executor: IntegerExecutor
  private let samples: [[Int32]]
  private let threads: Int
  private let results: Results
  package let macs: Int
  package var items: Int { samples.count }

  /// A network with its samples.
  package init(_ executor: IntegerExecutor, samples: [[Int32]], threads: Int) {
    self.executor = executor
    self.samples = samples
    self.threads = threads
    results = Results(
      samples: samples.count, codes: executor.network.shapes[executor.network.output].count)
    macs =
      samples.count
      * executor.network.layers.reduce(0) { sum, layer in
        guard case .linear(let linear) = layer.operation else { return sum }
        return sum + linear.outputCount * linear.depth
      }
  }

  package func run() async -> Figures {
    let samples = samples
    let results = results
    let execution = await executor.run(
      count: samples.count, threads: threads, write: { $1.set(codes: samples[$0]) },
      read: { sample, output in output.write(to: results.place(of: sample)) })
    var figures = Figures()
    for overflow in execution.overflow { if let overflow { figures.add(overflow) } }
    figures.add(codes: [results.place(of: 0)[0]])
    return figures
  }

  /// The output codes of each sample, in ONNX axis order.
  package func outputs() async -> [[Int32]] {
    let samples = samples
    return await executor.run(count: samples.count, threads: threads) { samples[$0] }.outputs
  }
}

/// Room for the results of all samples, taken once: each sample writes into its own place.
private final class Results: @unchecked Sendable {
  private let memory: UnsafeMutableBufferPointer<Int32>
  private let codes: Int

  init(samples: Int, codes: Int) {
    self.codes = codes
    memory = .allocate(capacity: max(1, samples * codes))
    memory.initialize(repeating: 0)
  }

  deinit { memory.deallocate() }

  func place(of sample: Int) -> UnsafeMutableBufferPointer<Int32> {
    UnsafeMutableBufferPointer(rebasing: memory[sample * codes..<(sample + 1) * codes])
  }
}
