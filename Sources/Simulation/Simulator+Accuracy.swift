internal import Glibc
internal import Networks
internal import Statistics

extension Simulator {
  /// How often the integer and the float network are right; nil without labels.
  func accuracy<Number: Comparable>(of outputs: [[Number]]) -> Accuracy? {
    guard let labels = workload.labels, !outputs.isEmpty else { return nil }
    var top1 = 0
    var top5 = 0
    var floatTop1 = 0
    var floatTop5 = 0
    let hasFloat = !floatOutputs.isEmpty
    for (sample, output) in outputs.enumerated() {
      let rank = Self.rank(of: labels[sample], in: output)
      top1 += rank < 1 ? 1 : 0
      top5 += rank < 5 ? 1 : 0
      guard hasFloat else { continue }
      let floatRank = Self.rank(of: labels[sample], in: floatOutputs[sample])
      floatTop1 += floatRank < 1 ? 1 : 0
      floatTop5 += floatRank < 5 ? 1 : 0
    }
    let hasTop5 = (outputs.first?.count ?? 0) > 5
    return Accuracy(
      samples: outputs.count, top1: top1, top5: hasTop5 ? top5 : nil,
      floatTop1: hasFloat ? floatTop1 : nil, floatTop5: hasTop5 && hasFloat ? floatTop5 : nil,
      interval: WilsonInterval(successes: top1, trials: outputs.count))
  }

  /// How near the integer outputs are to the float ones.
  func fidelity(of outputs: [[Int32]], _ quantization: ActivationQuantization) -> Fidelity {
    var same = 0
    var signal = 0.0
    var noise = 0.0
    var divergence: OutputDivergence? =
      workload.labels == nil ? nil : OutputDivergence(isSoftmax: endsInSoftmax, quantization)
    for (output, float) in zip(outputs, floatOutputs) {
      if let best = float.indices.max(by: { float[$0] < float[$1] }),
        Self.rank(of: best, in: output) == 0
      {
        same += 1
      }
      for (code, value) in zip(output, float) {
        let difference = quantization.real(Int(code)) - Double(value)
        signal += Double(value) * Double(value)
        noise += difference * difference
      }
      divergence?.add(output, float)
    }
    return Fidelity(
      samples: outputs.count, sameTop1: same, isExact: noise == 0,
      outputSQNR: noise > 0 && signal > 0 && (signal / noise).isFinite
        ? 10 * log10(signal / noise) : nil,
      outputDivergence: divergence?.mean)
  }

  /// Whether the outputs are probabilities already.
  private var endsInSoftmax: Bool {
    let network = workload.network.network
    var value = network.output
    while value > 0 {
      switch network.layers[value - 1].operation {
      case .softmax: return true
      case .reshape, .transpose: value = network.layers[value - 1].inputs[0]
      case .convolution, .fullyConnected, .channelAffine, .pool, .pad, .slice, .binary,
        .activation, .concatenation, .matrixProduct, .constant, .lstm:
        return false
      }
    }
    return false
  }

  /// How many outputs come before one; equal outputs come in the order of their indices.
  static func rank<Number: Comparable>(of index: Int, in outputs: [Number]) -> Int {
    guard outputs.indices.contains(index) else { return .max }
    let own = outputs[index]
    var rank = 0
    for (place, other) in outputs.enumerated() where other > own || (other == own && place < index)
    {
      rank += 1
    }
    return rank
  }
}
