internal import Networks
internal import Tensors

extension IntegerExecutor {
  /// What one or more samples gave.
  public struct Execution: Sendable {
    /// The output codes of each sample, in ONNX axis order.
    public var outputs: [[Int32]] = []
    /// The overflow of each layer of products, summed over the samples; nil for other layers.
    public var overflow: [LayerOverflow?]
    /// The operands of each layer of products; nil for other layers and with `Observation.fast`.
    public var operands: [OperandStatistics?] = []
  }

  /// The overflow figures before any sample.
  public var emptyOverflow: [LayerOverflow?] {
    byLayer(linears.map { $0.emptyOverflow(observesPrefixes: observation == .full) })
  }

  /// Runs many samples on several threads; the same result for any number of threads.
  ///
  /// - Parameters:
  ///   - keepsState: whether layers with a memory go on from sample to sample, which then run in order
  ///     on one thread; otherwise every sample starts with the initial memory.
  ///   - codes: the input codes of a sample in ONNX axis order.
  ///   - progress: called with the number of samples done.
  public func run(
    count: Int, threads: Int, keepsState: Bool = false,
    progress: (@Sendable (Int) -> Void)? = nil, codes: @escaping @Sendable (Int) -> [Int32]
  ) async -> Execution {
    await run(count: count, threads: threads, keepsState: keepsState, progress: progress) {
      $1.set(codes: codes($0))
    }
  }

  /// Runs many samples on several threads, each read by the thread that runs it.
  ///
  /// - Parameters:
  ///   - keepsState: whether layers with a memory go on from sample to sample, which then run in order
  ///     on one thread; otherwise every sample starts with the initial memory.
  ///   - progress: called with the number of samples done.
  ///   - write: writes the input of a sample.
  public func run(
    count: Int, threads: Int, keepsState: Bool = false,
    progress: (@Sendable (Int) -> Void)? = nil,
    write: @escaping @Sendable (Int, InputCodes) -> Void
  ) async -> Execution {
    await run(
      count: count, threads: threads, keepsState: keepsState, progress: progress, write: write,
      read: nil)
  }

  /// Runs many samples on several threads, each read by the thread that runs it, its result taken at once.
  ///
  /// Memory does not grow with the samples: the execution has no outputs.
  ///
  /// - Parameters:
  ///   - keepsState: whether layers with a memory go on from sample to sample, which then run in order
  ///     on one thread; otherwise every sample starts with the initial memory.
  ///   - progress: called with the number of samples done.
  ///   - write: writes the input of a sample.
  ///   - read: takes the result of a sample.
  public func run(
    count: Int, threads: Int, keepsState: Bool = false,
    progress: (@Sendable (Int) -> Void)? = nil,
    write: @escaping @Sendable (Int, InputCodes) -> Void,
    read: (@Sendable (Int, OutputCodes) -> Void)?
  ) async -> Execution {
    let parts = await ParallelSamples.work(
      count: count, threads: keepsState ? 1 : threads, together: together.count,
      progress: progress
    ) { queue in
      SampleRunner.with(self) { runner in
        var outputs: [SampleOutput] = []
        while let samples = queue.next() {
          for first in stride(from: samples.lowerBound, to: samples.upperBound, by: together.count)
          {
            let block = first..<min(first + together.count, samples.upperBound)
            for sample in block {
              runner.select(sample - first)
              if !keepsState { runner.reset() }
              write(sample, runner.input)
              runner.runAlone()
            }
            runner.runTogether(block.count)
            for sample in block {
              runner.select(sample - first)
              let result = OutputCodes(
                quantization: network.quantizations[network.output], order: outputOrder,
                stored: runner.codes[network.output])
              if let read {
                read(sample, result)
              } else {
                outputs.append(SampleOutput(sample: sample, codes: result.codes))
              }
            }
          }
          queue.finish(samples)
        }
        return Part(outputs: outputs, overflow: runner.overflow, tallies: runner.tallies)
      }
    }
    return execution(parts, count: read == nil ? count : 0)
  }

  /// The output of one sample.
  private struct SampleOutput: Sendable {
    let sample: Int
    let codes: [Int32]
  }

  /// What the samples of one thread gave.
  private struct Part: Sendable {
    let outputs: [SampleOutput]
    let overflow: [LayerOverflow]
    let tallies: [OperandTally]
  }

  /// The results of all threads, outputs in the order of the samples.
  private func execution(_ parts: [Part], count: Int) -> Execution {
    var overflow = linears.map { $0.emptyOverflow(observesPrefixes: observation == .full) }
    var tallies = observers.map(\.emptyTally)
    var outputs = [[Int32]](repeating: [], count: count)
    for part in parts {
      for output in part.outputs { outputs[output.sample] = output.codes }
      for index in overflow.indices { overflow[index].merge(part.overflow[index]) }
      for index in tallies.indices { tallies[index].merge(part.tallies[index]) }
    }
    let operands = zip(observers, tallies).map { $0.statistics($1) }
    return Execution(
      outputs: outputs, overflow: byLayer(overflow),
      operands: observers.isEmpty
        ? [OperandStatistics?](repeating: nil, count: plans.count) : byLayer(operands))
  }

  /// Entries of the layers of products by layer; nil for other layers.
  private func byLayer<Element>(_ entries: [Element]) -> [Element?] {
    steps.map { step in
      if case .linear(let number) = step { entries[number] } else { nil }
    }
  }
}
