public import Arithmetic
internal import Execution
internal import Glibc
internal import Networks
internal import Quantization
public import Simulation
internal import Tensors

/// The bits of accumulator that each layer needs for operands of any width.
///
/// Weights are quantized once for each of their formats and values once for each of theirs; every pair
/// follows from both. What samples showed is observed once, in the baseline, and rescaled.
///
/// - Model: rescaled observations ignore that rounding to fewer bits changes sums a little, and a share of
///   outputs is known by whole bits only: results are run to be sure. Proofs are exact.
/// - Source: `numerics.md` sections 3.1 to 3.3; de Bruin, Zivkovic, Corporaal, Microprocessors and
///   Microsystems 72:102872, 2020.
public struct AccumulatorNeeds: Sendable {
  /// What one layer of products is.
  public struct Layer: Hashable, Sendable {
    /// The name.
    public let name: String
    /// The place in the network.
    public let index: Int
    /// The value that decides its input's format: 0 is the network's input, `i + 1` the output of layer `i`.
    public let source: Int
    /// The products of one output.
    public let products: Int
    /// What the samples showed in the baseline; nil where nothing was executed.
    let seen: SeenPrefixes?
  }

  /// The layers whose accumulator can be narrow.
  public let layers: [Layer]
  private let inputs: [NumberFormat: [ActivationQuantization]]
  private let weights: [NumberFormat: [Int: WeightSums]]
  private let position: BiasPosition
  /// Whether weights are made to fit the accumulator: then proofs decide, whatever samples show.
  private let adjusts: Bool

  /// The needs of a workload.
  ///
  /// - Parameters:
  ///   - baseline: what is not varied.
  ///   - observes: whether samples are run through the baseline, every prefix watched.
  public init(
    _ simulator: Simulator, baseline: SimulationOptions, activations: [NumberFormat],
    weights formats: [NumberFormat], observes: Bool,
    progress: SimulationProgress.Handler? = nil
  ) async throws(SimulationError) {
    let workload = simulator.workload
    position = baseline.arithmetic.bias
    adjusts = baseline.scheme.adjustsWeights
    // Weights that fit one accumulator are others than those of the wide one that is watched.
    let observes = observes && !adjusts
    func quantized(_ scheme: QuantizationScheme) throws(SimulationError) -> QuantizedNetwork {
      do throws(QuantizationError) {
        return try simulator.quantized(scheme)
      } catch {
        throw .quantization(error)
      }
    }
    var inputs: [NumberFormat: [ActivationQuantization]] = [:]
    for format in activations {
      var scheme = baseline.executedScheme
      scheme.replaceActivations(with: format)
      inputs[format] = try quantized(scheme).quantizations
    }
    var weights: [NumberFormat: [Int: WeightSums]] = [:]
    for format in formats {
      var scheme = baseline.executedScheme
      scheme.replaceWeights(with: format)
      weights[format] = Self.sums(try quantized(scheme))
    }
    let whole = try quantized(baseline.executedScheme)
    let reference = Self.sums(whole)
    var seen: [Int: SeenPrefixes] = [:]
    if observes, workload.evaluation != nil {
      var options = baseline
      options.observation = .full
      options.choice.accumulator = Accumulator(bits: 48, overflow: .wrap)
      let result = try await simulator.result(options, progress: progress)
      for (index, sums) in reference {
        guard let overflow = result.layers[index].overflow else { continue }
        let input = whole.quantizations[whole.layers[index].inputs[0]]
        seen[index] = SeenPrefixes(
          overflow, units: sums.scales.map { $0 * input.integerScale })
      }
    }
    self.inputs = inputs
    self.weights = weights
    layers = reference.keys.sorted().map { index in
      Layer(
        name: whole.layers[index].name, index: index,
        source: Self.source(of: whole.layers[index].inputs[0], in: workload.network.network),
        products: reference[index]?.products ?? 0, seen: seen[index])
    }
  }

  /// The bits that a layer needs, or nil where they are not known: formats that were not asked for, or
  /// nothing observed.
  public func bits(
    _ layer: Layer, activations: NumberFormat, weights format: NumberFormat,
    rule: AccumulatorRule
  ) -> Int? {
    guard let input = inputs[activations]?[layer.source], let sums = weights[format]?[layer.index]
    else { return nil }
    switch adjusts ? .proven : rule {
    case .proven:
      return sums.signed.enumerated().reduce(1) { most, next in
        let bias = sums.bias.isEmpty ? 0 : sums.bias[next.offset]
        let unit = input.integerScale * sums.scales[next.offset]
        let inputs = input.integerRange
        let reach = max(abs(Double(inputs.lowerBound)), abs(Double(inputs.upperBound)))
        let largest =
          reach * (Double(next.element.positive) + Double(next.element.negative)) + abs(bias / unit)
        guard largest < 0x1p61 else { return 64 }
        let range = AccumulatorBound.weightBound(
          positive: next.element.positive, negative: next.element.negative,
          inputs: inputs, bias: Int((bias / unit).rounded()), position: position)
        return max(most, range.bits)
      }
    case .calibrated:
      return layer.seen?.bits(units: sums.scales.map { $0 * input.integerScale })
    case .rate(let share):
      return layer.seen?.bits(units: sums.scales.map { $0 * input.integerScale }, exceeding: share)
    }
  }

  /// The widest pairs of formats that fit, activations from the widest down; formats are given wide to
  /// narrow.
  public func frontier(
    _ layer: Layer, accumulatorBits: Int, activations: [NumberFormat], weights: [NumberFormat],
    rule: AccumulatorRule
  ) -> [(activations: NumberFormat, weights: NumberFormat, bits: Int)] {
    var result: [(activations: NumberFormat, weights: NumberFormat, bits: Int)] = []
    var narrowest = weights.count
    for activation in activations {
      let widest = weights[..<narrowest].firstIndex { weight in
        bits(layer, activations: activation, weights: weight, rule: rule)
          .map { $0 <= accumulatorBits } ?? false
      }
      guard let widest,
        let bits = bits(layer, activations: activation, weights: weights[widest], rule: rule)
      else { continue }
      result.append((activation, weights[widest], bits))
      narrowest = widest
    }
    return result
  }

  /// The value that decides the format of a value.
  static func source(of value: Int, in network: Network) -> Int {
    guard value > 0 else { return 0 }
    let layer = network.layers[value - 1]
    switch layer.operation {
    case .pool, .pad, .reshape, .transpose, .slice: return source(of: layer.inputs[0], in: network)
    case .convolution, .fullyConnected, .channelAffine, .binary, .activation, .concatenation,
      .softmax, .matrixProduct, .constant, .lstm:
      return value
    }
  }

  /// The weights of each layer of products.
  private static func sums(_ network: QuantizedNetwork) -> [Int: WeightSums] {
    var result: [Int: WeightSums] = [:]
    for (index, layer) in network.layers.enumerated() {
      guard case .linear(let linear) = layer.operation else { continue }
      let input = network.quantizations[layer.inputs[0]]
      result[index] = WeightSums(linear, inputScale: input.integerScale)
    }
    return result
  }
}

/// What the weights of one layer sum to, channel by channel.
struct WeightSums: Sendable {
  /// The sums by sign.
  let signed: [SignedSums]
  /// The real value of one weight step.
  let scales: [Double]
  /// The real biases; empty without.
  let bias: [Double]
  /// The products of one output.
  let products: Int

  init(_ linear: QuantizedLinear, inputScale: Double) {
    let offsets = linear.weightOffsets
    let depth = linear.depth
    signed = (0..<linear.outputChannels).map { channel in
      SignedSums((channel * depth..<(channel + 1) * depth).lazy.map { Int(offsets[$0]) })
    }
    scales = linear.weightScales
    let steps = linear.weightScales
    bias = (linear.bias ?? []).enumerated().map { channel, bias in
      Double(bias) * inputScale * steps[channel]
    }
    products = depth
  }
}

/// What prefixes samples showed, in real units.
struct SeenPrefixes: Hashable, Sendable {
  private let lowest: [Double]
  private let highest: [Double]
  /// Outputs by the bits that their prefixes needed.
  private let histogram: [Int]
  /// The units in which they were counted.
  private let units: [Double]

  init?(_ overflow: LayerOverflow, units: [Double]) {
    guard overflow.observesPrefixes, overflow.observedBits != nil else { return nil }
    self.units = units
    histogram = overflow.bitsHistogram
    lowest = overflow.channels.enumerated().map { channel, figures in
      Double(figures.observed?.lowest ?? 0) * units[channel]
    }
    highest = overflow.channels.enumerated().map { channel, figures in
      Double(figures.observed?.highest ?? 0) * units[channel]
    }
  }

  /// The bits that hold every prefix in other units.
  func bits(units: [Double]) -> Int {
    units.indices.reduce(1) { most, channel in
      let low = (lowest[channel] / units[channel]).rounded(.down)
      let high = (highest[channel] / units[channel]).rounded(.up)
      guard low > -0x1p61, high < 0x1p61 else { return 63 }
      return max(most, AccumulatorBound.bits(Int(low), Int(high)))
    }
  }

  /// The bits that hold the prefixes of all but a share of the outputs.
  func bits(units: [Double], exceeding share: Double) -> Int {
    let outputs = histogram.reduce(0, +)
    var beyond = 0
    var bits = histogram.count - 1
    while bits > 1, Double(beyond + histogram[bits]) <= share * Double(outputs) {
      beyond += histogram[bits]
      bits -= 1
    }
    // How many bits fewer the other units need, in the channel where it is least.
    let shift = zip(self.units, units).map { log2($0 / $1) }.max() ?? 0
    return max(1, min(self.bits(units: units), Int((Double(bits) + shift).rounded(.up))))
  }
}
