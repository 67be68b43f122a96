package import Widthwise

/// A quantized network over samples, through the executor: codes in, codes and overflow out.
package struct NetworkWork: RepeatableWork {
  /// The executor, ready to run.
  package let executor: IntegerExecutor
  private let samples: [[Int32]]
  /// The samples as bytes, as runtimes take and give them; nil where codes are no bytes.
  private let bytes: [[UInt8]]?
  private let threads: Int
  private let results: Results<Int32>
  private let byteResults: Results<UInt8>
  package let macs: Int
  package var items: Int { samples.count }

  /// A network with its samples.
  package init(_ executor: IntegerExecutor, samples: [[Int32]], threads: Int) {
    self.executor = executor
    self.samples = samples
    self.threads = threads
    let network = executor.network
    let input = network.quantizations[0].codes
    let isBytes = input.count <= 256 && network.quantizations[network.output].codes.count <= 256
    bytes =
      isBytes
      ? samples.map { $0.map { UInt8(truncatingIfNeeded: Int($0) - input.lowerBound) } } : nil
    let codes = network.shapes[network.output].count
    results = Results(samples: isBytes ? 0 : samples.count, codes: codes)
    byteResults = Results(samples: isBytes ? samples.count : 0, codes: codes)
    macs =
      samples.count
      * executor.network.layers.reduce(0) { sum, layer in
        guard case .linear(let linear) = layer.operation else { return sum }
        return sum + linear.outputCount * linear.depth
      }
  }

  package func run() async -> Figures {
    let (samples, results, byteResults) = (samples, results, byteResults)
    let execution: IntegerExecutor.Execution
    if let bytes {
      execution = await executor.run(
        count: bytes.count, threads: threads, write: { $1.set(bytes: bytes[$0]) },
        read: { sample, output in output.write(bytes: byteResults.place(of: sample)) })
    } else {
      execution = await executor.run(
        count: samples.count, threads: threads, write: { $1.set(codes: samples[$0]) },
        read: { sample, output in output.write(to: results.place(of: sample)) })
    }
    var figures = Figures()
    for overflow in execution.overflow { if let overflow { figures.add(overflow) } }
    figures.add(
      codes: [bytes == nil ? results.place(of: 0)[0] : Int32(byteResults.place(of: 0)[0])])
    return figures
  }

  /// The output codes of each sample, in ONNX axis order.
  package func outputs() async -> [[Int32]] {
    let samples = samples
    return await executor.run(count: samples.count, threads: threads) { samples[$0] }.outputs
  }
}

/// Room for the results of all samples, taken once: each sample writes into its own place.
private final class Results<Code: FixedWidthInteger & Sendable>: @unchecked Sendable {
  private let memory: UnsafeMutableBufferPointer<Code>
  private let codes: Int

  init(samples: Int, codes: Int) {
    self.codes = codes
    memory = .allocate(capacity: max(1, samples * codes))
    memory.initialize(repeating: 0)
  }

  deinit { memory.deallocate() }

  func place(of sample: Int) -> UnsafeMutableBufferPointer<Code> {
    UnsafeMutableBufferPointer(rebasing: memory[sample * codes..<(sample + 1) * codes])
  }
}
