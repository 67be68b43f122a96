import Networks
import Tensors

/// A slow evaluator of the operations that fusion touches, in double precision; for tests only.
struct FloatReference {
  /// The output of a verified network on one input in row-major order.
  static func output(of verified: VerifiedNetwork, on input: [Double]) -> [Double] {
    var values = [input]
    for (index, layer) in verified.network.layers.enumerated() {
      let sources = layer.inputs.map { values[$0] }
      let shapes = layer.inputs.map { verified.shapes[$0] }
      var result = evaluate(layer.operation, sources, shapes, verified.shapes[index + 1])
      if case .clip(let low, let high) = layer.fusedActivation {
        result = result.map { min(max($0, Double(low)), Double(high)) }
      }
      values.append(result)
    }
    return values[verified.network.output]
  }

  private static func evaluate(
    _ operation: Networks.Operation, _ sources: [[Double]], _ shapes: [Shape], _ output: Shape
  ) -> [Double] {
    let source = sources[0]
    switch operation {
    case .convolution(let layer):
      return convolve(layer, source, output)
    case .fullyConnected(let layer):
      let weights = layer.weights?.elements ?? []
      return (0..<output.count).map { place in
        let row = place / layer.outputFeatures
        let feature = place % layer.outputFeatures
        var sum = Double(layer.bias?[feature] ?? 0)
        for i in 0..<layer.inputFeatures {
          sum +=
            Double(weights[feature * layer.inputFeatures + i])
            * source[row * layer.inputFeatures + i]
        }
        return sum
      }
    case .pool(let pool):
      return average(pool, source, output)
    case .binary(let kind):
      let left = IndexTable.broadcast(shapes[0], to: output)
      let right = IndexTable.broadcast(shapes[1], to: output)
      return (0..<output.count).map { place in
        let (x, y) = (source[left[place]], sources[1][right[place]])
        switch kind {
        case .add: return x + y
        case .subtract: return x - y
        case .multiply: return x * y
        }
      }
    case .activation(.clip(let low, let high)):
      return source.map { min(max($0, Double(low)), Double(high)) }
    case .activation(.linear(let scale, let offset)):
      return source.map { Double(scale) * $0 + Double(offset) }
    case .channelAffine(let affine):
      let stride = output.strides[affine.axis]
      return source.enumerated().map { place, x in
        let channel = place / stride % output[affine.axis]
        return Double(affine.scale[channel]) * x + Double(affine.offset[channel])
      }
    case .transpose(let permutation):
      return IndexTable.transpose(shapes[0], permutation).map { source[$0] }
    case .reshape:
      return source
    case .activation, .concatenation, .pad, .softmax:
      preconditionFailure("the fusion tests do not build this operation")
    }
  }

  private static func convolve(
    _ layer: Convolution, _ source: [Double], _ output: Shape
  ) -> [Double] {
    let window = layer.window
    let groupInputs = layer.inputChannels / layer.groups
    let groupOutputs = layer.outputChannels / layer.groups
    let weights = layer.weights?.elements ?? []
    return (0..<output.count).map { place in
      let k = place / (output[2] * output[3])
      let y = place / output[3] % output[2]
      let x = place % output[3]
      var sum = Double(layer.bias?[k] ?? 0)
      for r in 0..<window.kernelHeight {
        for s in 0..<window.kernelWidth {
          let row = y * window.strideY + r * window.dilationY - window.padTop
          let column = x * window.strideX + s * window.dilationX - window.padLeft
          guard (0..<window.height).contains(row), (0..<window.width).contains(column) else {
            continue
          }
          for c in 0..<groupInputs {
            let channel = k / groupOutputs * groupInputs + c
            let tap = ((k * window.kernelHeight + r) * window.kernelWidth + s) * groupInputs + c
            sum +=
              Double(weights[tap])
              * source[(channel * window.height + row) * window.width + column]
          }
        }
      }
      return sum
    }
  }

  private static func average(_ pool: Pool, _ source: [Double], _ output: Shape) -> [Double] {
    let window = pool.window
    return (0..<output.count).map { place in
      let channel = place / (output[2] * output[3])
      let y = place / output[3] % output[2]
      let x = place % output[3]
      var sum = 0.0
      var count = 0.0
      for row in y * window.strideY..<y * window.strideY + window.kernelHeight {
        for column in x * window.strideX..<x * window.strideX + window.kernelWidth {
          sum += source[(channel * window.height + row) * window.width + column]
          count += 1
        }
      }
      return sum / count
    }
  }
}

/// A small seeded generator (SplitMix64), so that every run of the tests draws the same numbers.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Floats between -1 and 1.
  mutating func floats(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float.random(in: -1...1, using: &self) }
  }
}
