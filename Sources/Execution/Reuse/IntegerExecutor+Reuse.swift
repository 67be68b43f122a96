internal import Networks

/// What is done for a layer.
enum LayerAction: Sendable {
  /// Nobody reads its output and its figures are known.
  case skip
  /// The output of each sample is known.
  case restore([[UInt8]])
  /// It is computed, and its output kept or not.
  case compute(keeps: Bool)
}

/// What one thread gave of a run of which parts were known.
struct ReusedPart: Sendable {
  var outputs: [(sample: Int, codes: [Int32])] = []
  /// The outputs to be kept, by layer.
  var kept: [Int: [(sample: Int, bytes: [UInt8])]] = [:]
  var overflow: [LayerOverflow] = []
  var tallies: [OperandTally] = []
}

extension IntegerExecutor {
  /// Runs samples on several threads as `actions` say.
  func run(
    _ actions: [LayerAction], count: Int, threads: Int, progress: (@Sendable (Int) -> Void)?,
    write: @escaping @Sendable (Int, InputCodes) -> Void
  ) async -> [ReusedPart] {
    let readsInput =
      network.output == 0
      || zip(actions, inputs).contains { action, inputs in
        if case .compute = action { inputs.contains(0) } else { false }
      }
    return await ParallelSamples.work(count: count, threads: threads, progress: progress) { queue in
      SampleRunner.with(self) { runner in
        var part = ReusedPart()
        while let samples = queue.next() {
          for sample in samples {
            runner.reset()
            if readsInput { write(sample, runner.input) }
            for (index, action) in actions.enumerated() {
              switch action {
              case .skip: break
              case .restore(let outputs): runner.restore(outputs[sample], layer: index)
              case .compute(let keeps):
                runner.run(layer: index)
                guard keeps else { continue }
                part.kept[index, default: []].append((sample, runner.bytes(ofLayer: index)))
              }
            }
            part.outputs.append((sample, runner.output()))
          }
          queue.finish(samples)
        }
        part.overflow = runner.overflow
        part.tallies = runner.tallies
        return part
      }
    }
  }

  /// The figures of the layer of products with that number over all threads.
  func figures(
    of number: Int, _ parts: [ReusedPart]
  ) -> (overflow: LayerOverflow, operands: OperandStatistics?) {
    var overflow = linears[number].emptyOverflow(observesPrefixes: observation == .full)
    for part in parts { overflow.merge(part.overflow[number]) }
    guard observation == .full else { return (overflow, nil) }
    var tally = observers[number].emptyTally
    for part in parts { tally.merge(part.tallies[number]) }
    return (overflow, observers[number].statistics(tally))
  }
}

extension SampleRunner {
  /// The bytes of a layer's output as they lie in memory.
  func bytes(ofLayer index: Int) -> [UInt8] {
    let count = executor.layout.byteCount(of: index + 1)
    let start =
      switch results[index + 1] {
      case .bytes(let bytes, _): UnsafeRawPointer(bytes)
      case .words(let words): UnsafeRawPointer(words)
      }
    return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }

  /// Writes the output of a layer as `bytes(ofLayer:)` read it.
  func restore(_ bytes: [UInt8], layer index: Int) {
    let start =
      switch results[index + 1] {
      case .bytes(let bytes, _): UnsafeMutableRawPointer(bytes)
      case .words(let words): UnsafeMutableRawPointer(words)
      }
    bytes.withUnsafeBytes { bytes in
      if let source = bytes.baseAddress { start.copyMemory(from: source, byteCount: bytes.count) }
    }
  }
}
