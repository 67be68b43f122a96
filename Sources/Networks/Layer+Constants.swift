import Tensors

extension Layer {
  /// Problems of the layer's constants: wrong shapes, values that are not finite.
  public var constantProblems: [String] {
    var problems: [String] = []
    switch operation {
    case .convolution(let layer):
      problems += Self.weightProblems(layer.weights, expected: layer.weightShape)
      problems += Self.biasProblems(layer.bias, expected: layer.outputChannels)
    case .fullyConnected(let layer):
      problems += Self.weightProblems(layer.weights, expected: layer.weightShape)
      problems += Self.biasProblems(layer.bias, expected: layer.outputFeatures)
    case .channelAffine(let affine):
      problems += Self.nonFinite(affine.scale, "scale")
      problems += Self.nonFinite(affine.offset, "offset")
    case .activation(let activation):
      if !activation.hasSaneParameters {
        problems.append(
          "\(activation) has parameters that are not numbers in order; use finite ones")
      }
    case .pad(_, _, let value):
      problems += Self.nonFinite([value], "pad value")
    case .lstm(let lstm):
      problems += Self.weightProblems(lstm.inputWeights, expected: lstm.inputWeightShape)
      problems += Self.weightProblems(lstm.hiddenWeights, expected: lstm.hiddenWeightShape)
      problems += Self.biasProblems(lstm.bias, expected: 4 * lstm.units)
      problems += Self.biasProblems(lstm.peepholes, expected: 3 * lstm.units)
      problems += Self.biasProblems(lstm.initialHidden, expected: lstm.units)
      problems += Self.biasProblems(lstm.initialCell, expected: lstm.units)
    case .constant(let tensor):
      problems += Self.nonFinite(tensor.elements, "constant")
    case .pool, .binary, .concatenation, .reshape, .transpose, .softmax, .matrixProduct, .slice:
      break
    }
    if let fusedActivation {
      if case .clip = fusedActivation, fusedActivation.hasSaneParameters {
        return problems
      }
      problems.append(
        "fused activation \(fusedActivation); only a clip with low <= high can be fused")
    }
    return problems
  }

  private static func weightProblems(_ weights: Tensor<Float>?, expected: Shape) -> [String] {
    guard let count = expected.checkedCount, count <= Network.largestValue else {
      return ["weights of \(expected) have more than 2^31 elements; use a smaller layer"]
    }
    guard let weights else { return [] }
    if weights.shape != expected {
      return ["weights are \(weights.shape), but the layer needs \(expected)"]
    }
    return nonFinite(weights.elements, "weights")
  }

  private static func biasProblems(_ bias: [Float]?, expected: Int) -> [String] {
    guard let bias else { return [] }
    if bias.count != expected {
      return ["bias has \(bias.count) elements, but the layer needs \(expected)"]
    }
    return nonFinite(bias, "bias")
  }

  private static func nonFinite(_ values: [Float], _ what: String) -> [String] {
    guard let index = values.firstIndex(where: { !$0.isFinite }) else { return [] }
    let found = values[index].isNaN ? "NaN" : "infinity"
    let verb = what.hasSuffix("weights") ? "contain" : "contains"
    return ["\(what) \(verb) \(found) at index \(index); every constant must be finite"]
  }
}

extension Activation {
  /// Whether every parameter is a number, and the ends of a clip are in order.
  var hasSaneParameters: Bool {
    switch self {
    case .clip(let low, let high): low <= high && low < .infinity && high > -.infinity
    case .leakyRelu(let slope): slope.isFinite
    case .hardSigmoid(let slope, let offset): slope.isFinite && offset.isFinite
    case .hardSwish, .sigmoid, .tanh, .sign: true
    case .linear(let scale, let offset): scale.isFinite && offset.isFinite
    case .power(let exponent): exponent.isFinite
    case .reciprocal(let numerator): numerator.isFinite
    }
  }
}
