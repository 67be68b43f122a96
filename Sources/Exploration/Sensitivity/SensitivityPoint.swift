internal import Arithmetic
internal import Networks
internal import Quantization
internal import Simulation
internal import Tensors

/// A layer in which one thing can be varied.
public struct SensitivityPoint: Hashable, Sendable {
  /// The layer, or `input`.
  public var layer: String
  /// The word for its operation, or `input`.
  public var kind: String
  /// What is varied.
  public var subject: SensitivitySubject
  /// What the baseline has there, as people type it.
  public var baseline: String
  /// The bits of one element in the baseline; an unlimited accumulator counts as one of 32 bits.
  public var baselineBits: Int
  /// The elements: weights, values, or sums of one inference.
  public var elements: Int
  /// The place of the layer in the network; nil for the input.
  public var index: Int?
}

extension SensitivityPoint {
  /// The width that an unlimited accumulator counts as.
  static let unlimitedBits = 32

  /// All points of a baseline, subject by subject, in the order of the layers.
  static func all(
    of workload: Workload, _ baseline: SimulationOptions, subject: SensitivitySubject
  ) -> [SensitivityPoint] {
    let layers = workload.network.network.layers
    switch subject {
    case .weights:
      let formats = ValueFormats(workload.network.network, scheme: baseline.scheme)
      return layers.indices.compactMap { index in
        guard let format = formats.weights[index] else { return nil }
        return SensitivityPoint(
          layer: layers[index].name, kind: layers[index].operation.kind, subject: subject,
          baseline: format.description, baselineBits: format.bits,
          elements: weightCount(of: layers[index].operation), index: index)
      }
    case .activations:
      let formats = ValueFormats(workload.network.network, scheme: baseline.scheme)
      func point(_ value: Int, _ name: String, _ kind: String) -> SensitivityPoint {
        let format = formats.values[value]
        return SensitivityPoint(
          layer: name, kind: kind, subject: subject, baseline: format.description,
          baselineBits: format.bits, elements: workload.network.shapes[value].count,
          index: value == 0 ? nil : value - 1)
      }
      let own = layers.indices.filter { hasOwnFormat(layers[$0].operation) }.map {
        point($0 + 1, layers[$0].name, layers[$0].operation.kind)
      }
      let name = QuantizationScheme.inputName
      // A layer of that name and the input share what a scheme says.
      return layers.contains { $0.name == name } ? own : [point(0, name, name)] + own
    case .accumulator:
      return layers.indices.compactMap { index in
        guard hasNarrowSums(workload, layer: index) else { return nil }
        let accumulator =
          baseline.accumulators[layers[index].name] ?? baseline.arithmetic.finalAccumulator
        return SensitivityPoint(
          layer: layers[index].name, kind: layers[index].operation.kind, subject: subject,
          baseline: accumulator.description, baselineBits: min(accumulator.bits, unlimitedBits),
          elements: workload.network.shapes[index + 1].count, index: index)
      }
    }
  }

  /// Whether a layer's output has a format of its own, not its input's.
  private static func hasOwnFormat(_ operation: Operation) -> Bool {
    switch operation {
    case .pool, .pad, .reshape, .transpose, .slice: false
    case .convolution, .fullyConnected, .channelAffine, .binary, .activation, .concatenation,
      .softmax, .matrixProduct, .constant, .lstm:
      true
    }
  }

  /// Whether the accumulator of a layer can be narrow.
  private static func hasNarrowSums(_ workload: Workload, layer index: Int) -> Bool {
    if let quantized = workload.quantized {
      if case .linear = quantized.layers[index].operation { return true }
      return false
    }
    switch workload.network.network.layers[index].operation {
    case .convolution, .fullyConnected, .channelAffine: return true
    case .pool, .pad, .reshape, .transpose, .slice, .binary, .activation, .concatenation,
      .softmax, .matrixProduct, .constant, .lstm:
      return false
    }
  }

  private static func weightCount(of operation: Operation) -> Int {
    switch operation {
    case .convolution(let convolution): convolution.weightShape.count
    case .fullyConnected(let connected): connected.weightShape.count
    case .channelAffine(let affine): affine.scale.count
    case .lstm(let lstm): lstm.inputWeightShape.count + lstm.hiddenWeightShape.count
    case .pool, .pad, .reshape, .transpose, .slice, .binary, .activation, .concatenation,
      .softmax, .matrixProduct, .constant:
      0
    }
  }
}
