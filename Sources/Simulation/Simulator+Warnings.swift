internal import Arithmetic
internal import Execution
internal import Networks

extension Simulator {
  /// The layers whose sums are wide whatever the accumulator.
  private var wideProducts: [String] {
    guard let quantized = workload.quantized else {
      return workload.network.network.layers.compactMap { layer in
        switch layer.operation {
        case .lstm, .matrixProduct: layer.name
        default: nil
        }
      }
    }
    return quantized.layers.compactMap { layer in
      switch layer.operation {
      case .lstm, .svdf, .matrixProduct: layer.name
      default: nil
      }
    }
  }

  /// What a reader should know before trusting the figures.
  func warnings(for result: SimulationResult, _ options: SimulationOptions) -> [String] {
    var warnings: [String] = []
    if let input = result.input, input.sharedSamples > 0 {
      warnings.append(
        "\(input.sharedSamples) calibration samples are among the \(input.samples) simulated ones; "
          + "give --calibration other data for an honest accuracy")
    }
    if options.arithmetic.finalAccumulator.overflow == .unlimited {
      let bits = Self.unlimitedBits(options.device)
      warnings.append("unlimited accumulators are priced as registers of \(bits) bits")
    }
    warnings += valueWarnings(for: result, options)
    if let wide = wideProducts.first, result.layers.contains(where: { $0.overflow != nil }) {
      let count = wideProducts.count == 1 ? "layer '\(wide)'" : "\(wideProducts.count) layers"
      warnings.append(
        "the accumulator is not applied to \(count): recurrent layers and products of two "
          + "activations have wide sums")
    }
    let stated = result.layers.filter {
      result.followsMapping && $0.order == nil && $0.overflow != nil
    }
    if let first = stated.first {
      let count = stated.count == 1 ? "layer '\(first.name)' adds" : "\(stated.count) layers add"
      warnings.append(
        "\(count) in the \(result.arithmetic.order.rawValue) order that the arithmetic states: "
          + "there is no mapping of those products")
    }
    let narrow = result.layers.compactMap { layer -> String? in
      guard let overflow = layer.overflow, let weights = layer.weights else { return nil }
      let product = weights.bits + layer.inputs.bits
      return overflow.accumulator.float == nil && overflow.accumulator.bits < product
        ? layer.name : nil
    }
    if let first = narrow.first {
      let count = narrow.count == 1 ? "layer '\(first)'" : "\(narrow.count) layers"
      warnings.append(
        "the accumulator is narrower than one product in \(count); "
          + "such additions overflow and are counted")
    }
    if let remark = decodedRemark(on: result) { warnings.append(remark) }
    return warnings
  }

  /// The share of the outputs that overflow from which on a format is said to be too wide for its accumulator.
  private static let conspicuousRate = 0.1

  /// What formats that decode to wide integers, such as minifloats, do to an integer accumulator.
  private func decodedRemark(on result: SimulationResult) -> String? {
    let lost = result.layers.filter { layer in
      guard let overflow = layer.overflow, overflow.accumulator.float == nil,
        let weights = layer.weights,
        [weights, layer.inputs].contains(where: { $0.integer.bits > max($0.bits, 2) })
      else { return false }
      let outputs = overflow.total(\.outputs)
      return Double(overflow.total(\.overflowedOutputs)) > Self.conspicuousRate * Double(outputs)
    }
    guard
      let most = lost.max(by: { ($0.overflow?.boundBits ?? 0) < ($1.overflow?.boundBits ?? 0) }),
      let overflow = most.overflow
    else { return nil }
    let count = lost.count == 1 ? "layer '\(most.name)'" : "\(lost.count) layers"
    return
      "the numbers of \(count) decode to integers wider than their codes, and their sums overflow: "
      + "'\(most.name)' may need \(overflow.boundBits) bits and has \(overflow.accumulator.bits); "
      + "widen --accumulator, or take a float one such as fp32"
  }
}
