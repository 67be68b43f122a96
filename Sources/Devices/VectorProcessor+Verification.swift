internal import Quantities

extension VectorProcessor {
  /// Instructions of an element, a tap or a load.
  private static let instructions: ClosedRange<Double> = 0...1e6

  /// Instructions and loads a cycle.
  private static let rates: ClosedRange<Double> = 1e-3...64

  func verify(_ problems: inout DeviceProblems) {
    let path = "compute.processor"
    problems.require(
      (1...1024).contains(cores), "\(path).cores", "a processor has 1 to 1024 cores",
      "write e.g. 1")
    for (key, rate) in [
      ("instructionsPerCycle", instructionsPerCycle), ("loadsPerCycle", loadsPerCycle),
    ] {
      problems.require(
        Self.rates.contains(rate), "\(path).\(key)", "a rate must lie between 1e-3 and 64 a cycle",
        "write e.g. 1")
    }
    problems.require(
      (8...4096).contains(loadBits), "\(path).loadBits", "a load fetches 8 to 4096 bits",
      "write e.g. 32")
    for (key, count) in [("pool", pool), ("element", element), ("move", move), ("call", call)] {
      let range = key == "call" ? 0...1e9 : Self.instructions
      problems.require(
        range.contains(count), "\(path).instructions.\(key)",
        "instructions must lie between 0 and \(key == "call" ? "1e9" : "1e6")", "write e.g. 8")
    }
    problems.require(
      Device.energies.contains(waitCycle.value), "\(path).waitCycle",
      "an energy must lie between 0 and 1e9 pJ", "write e.g. \"100 pJ\"")
    for (index, kernel) in kernels.enumerated() {
      kernel.verify("compute.kernels[\(index)]", &problems)
    }
    for layer in ProcessorLayer.allCases {
      problems.require(
        kernels.contains { $0.layers.contains(layer) && $0.mostInputChannels == nil },
        "compute.kernels", "no kernel runs every \(layer.rawValue) layer",
        "add \(layer.rawValue) to the layers of a kernel without mostInputChannels")
    }
  }

  fileprivate static func verify(
    _ count: Double, _ path: String, _ problems: inout DeviceProblems
  ) {
    problems.require(
      instructions.contains(count), path, "must lie between 0 and 1e6", "write e.g. 2")
  }
}

extension ProcessorKernel {
  fileprivate func verify(_ path: String, _ problems: inout DeviceProblems) {
    problems.require(
      !layers.isEmpty, "\(path).layers", "a kernel must run a kind of layer",
      "list some of convolution, pointwise, depthwise, connected")
    for (key, count) in [("channels", channels), ("pixels", pixels), ("unroll", unroll)] {
      problems.require(
        (1...1024).contains(count), "\(path).\(key)", "a register tile has 1 to 1024 \(key)",
        "write e.g. 4")
    }
    problems.require(
      mostInputChannels.map { $0 >= 1 } ?? true, "\(path).mostInputChannels",
      "a layer has 1 input channel at least", "write e.g. 3, or leave it out")
    problems.require(
      inputBits.map { (1...64).contains($0) } ?? true, "\(path).inputBits",
      "a width has 1 to 64 bits", "write e.g. 16, or leave it out")
    problems.require(
      !packed.contains(.outputs), "\(path).packed", "outputs are not loaded",
      "list weights, inputs or both")
    problems.require(
      Set(parallel).count == parallel.count, "\(path).parallel", "a loop is listed twice",
      "keep one")
    for axis in parallel where ![.outputRows, .outputColumns, .outputChannels].contains(axis) {
      problems.require(
        false, "\(path).parallel", "cores cannot share out \(axis.rawValue)",
        "list outputRows, outputColumns or outputChannels")
    }
    for (key, count) in [
      ("weightLoad", weightLoad), ("inputLoad", inputLoad), ("loop", loop), ("output", output),
      ("pixel", pixel), ("tap", tap), ("copy", copy),
    ] {
      VectorProcessor.verify(count, "\(path).instructions.\(key)", &problems)
    }
    VectorProcessor.verify(reorderCycles, "\(path).reorderCycles", &problems)
  }
}
