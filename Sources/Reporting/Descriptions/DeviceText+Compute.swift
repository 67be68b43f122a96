internal import Devices
internal import Quantities

extension DeviceText {
  /// The compute part in a few lines: the array, or the cores and their kernels.
  static func computeLines(_ compute: Compute) -> [String] {
    switch compute.family {
    case .array, .fusionArray, .pipeline, .convolutionCore:
      [
        "compute      \(compute.rows) x \(compute.columns) units, \(compute.dataflow.rawValue)"
          + (compute.isSystolic ? ", systolic" : ""),
        "unrolled     rows: \(names(compute.rowAxes)); columns: \(names(compute.columnAxes))",
        "overheads    \(number(compute.cyclesPerOutput)) cycles an output, "
          + "\(number(compute.cyclesPerElement)) an element without products, "
          + "\(compute.cyclesPerLayer) a layer",
      ]
    case .processor(let processor): lines(processor)
    }
  }

  /// What the rates of the throughput table count.
  static func ratesTitle(_ compute: Compute) -> String {
    switch compute.family {
    case .array, .fusionArray, .pipeline, .convolutionCore:
      "MACs a cycle and unit, operands up to"
    case .processor: "MACs an instruction, operands up to"
    }
  }

  private static func lines(_ processor: VectorProcessor) -> [String] {
    let cores = processor.cores == 1 ? "1 core" : "\(processor.cores) cores"
    var lines = [
      "compute      \(cores), \(number(processor.instructionsPerCycle)) instructions and "
        + "\(number(processor.loadsPerCycle)) loads of \(processor.loadBits) bit a cycle",
      "instructions \(number(processor.pool)) a pool tap, \(number(processor.element)) an element, "
        + "\(number(processor.move)) a moved element, \(number(processor.call)) a layer",
    ]
    for kernel in processor.kernels {
      let layers = ProcessorLayer.allCases.filter(kernel.layers.contains).map(\.rawValue)
      let most = kernel.mostInputChannels.map { " up to \($0) input channels" } ?? ""
      let text =
        "\(layers.joined(separator: ", "))\(most): \(kernel.channels) channels x "
        + "\(kernel.pixels) pixels, \(kernel.unroll) products an iteration; instructions "
        + "\(number(kernel.weightLoad)) a load of weights, \(number(kernel.inputLoad)) of inputs, "
        + "\(number(kernel.loop)) an iteration, \(number(kernel.output)) an output, "
        + "\(number(kernel.pixel)) a pixel, \(number(kernel.tap)) a tap, "
        + "\(number(kernel.copy)) a copy"
        + (kernel.reorderCycles > 0
          ? "; \(number(kernel.reorderCycles)) cycles to reorder an input" : "")
      lines += LabelledText.wrapped(text, after: "kernel       ")
    }
    if processor.waitCycle > .zero {
      lines.append("waiting      \(number(processor.waitCycle.value)) pJ a cycle")
    }
    return lines
  }

  private static func names(_ axes: [LoopAxis]) -> String {
    axes.isEmpty ? "none" : axes.map(\.rawValue).joined(separator: ", ")
  }
}
