internal import Arithmetic
internal import Networks
internal import Tensors

extension LinearPlan {
  /// The blocks of a layer, without weights.
  static func blocks(
    _ linear: QuantizedLinear, bias: [Int], isDepthwise: Bool, isProved: (Int) -> Bool
  ) -> [Block] {
    let groups = isDepthwise ? 1 : linear.groups
    let channels = linear.outputChannels / groups
    var blocks: [Block] = []
    for group in 0..<groups {
      for first in stride(from: 0, to: channels, by: 16) {
        let start = group * channels + first
        let count = min(16, channels - first)
        blocks.append(
          Block(
            start: start, channels: count,
            inputStart: group * (linear.inputChannels / groups),
            bias: (0..<16).map { $0 < count ? Int64(bias[start + $0]) : 0 },
            isProved: (start..<start + count).allSatisfy(isProved)))
      }
    }
    return blocks
  }

  /// Blocks with their weights.
  static func packed(
    _ blocks: [Block], _ linear: QuantizedLinear, _ places: [Int], _ operands: LinearOperands
  ) -> [Block] {
    blocks.map { block in
      var block = block
      block.weights = [Int32](repeating: 0, count: places.count * 16)
      for (k, place) in places.enumerated() where place >= 0 {
        for lane in 0..<block.channels {
          block.weights[16 * k + lane] =
            operands.weights[(block.start + lane) * linear.depth + place]
        }
      }
      return block
    }
  }

  /// Whether exact prefixes fit 32 bits, and so does a narrow content plus one exact group.
  static func fits32(
    _ arithmetic: ArithmeticSpec, _ operands: LinearOperands, _ scaling: LinearScaling,
    _ bounds: LinearBounds
  ) -> Bool {
    let isSmall =
      bounds.magnitude < 1 << 30 && operands.corrections.allSatisfy { abs($0) < 1 << 30 }
    // No content exceeds what was added to it in magnitude, whatever the policy does to it.
    guard arithmetic.isPlain else { return isSmall && bounds.product < 1 << 29 }
    guard operands.corrections.isEmpty || isSmall else { return false }
    let limit = Int(Int32.max)
    guard bounds.channels.allSatisfy({ $0.bits <= 32 }),
      scaling.bias.allSatisfy({ abs($0) <= limit })
    else { return false }
    let accumulator = arithmetic.accumulator
    if bounds.channels.allSatisfy({ accumulator.holds($0.lowest) && accumulator.holds($0.highest) })
    {
      return true
    }
    let group = max(
      bounds.product * arithmetic.lanes, scaling.bias.map(abs).max() ?? 0)
    return accumulator.bits <= 31 && group + accumulator.highest + 1 <= limit
  }
}

extension ArithmeticSpec {
  /// Whether one wrapping, saturating or unlimited accumulator of whole products is all there is, which
  /// the tracked path is made for.
  var isPlain: Bool {
    guard outer == nil, productCast == nil else { return false }
    switch accumulator.overflow {
    case .wrap, .saturate, .unlimited: return true
    case .saturateToZero, .saturateSymmetric, .wrapSignMagnitude: return false
    }
  }
}
