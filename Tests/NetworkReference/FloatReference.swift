internal import Foundation
public import Networks
internal import Tensors

/// A slow, obvious evaluator of networks in double precision: the oracle of the tests.
public enum FloatReference {
  /// The output of a verified network on one input in row-major order.
  public static func output(of verified: VerifiedNetwork, on input: [Double]) -> [Double] {
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
    let source = sources.first ?? []
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
      return pooled(pool, source, output)
    case .binary(let kind):
      let left = IndexTable.broadcast(shapes[0], to: output)
      let right = IndexTable.broadcast(shapes[1], to: output)
      return (0..<output.count).map { place in
        let (x, y) = (source[left[place]], sources[1][right[place]])
        switch kind {
        case .add: return x + y
        case .subtract: return x - y
        case .multiply: return x * y
        case .maximum: return max(x, y)
        case .minimum: return min(x, y)
        case .divide: return x / y
        case .power: return pow(x, y)
        }
      }
    case .activation(let activation):
      return source.map { value(activation, $0) }
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
    case .concatenation(let axis):
      let inner = output.extents[(axis + 1)...].reduce(1, *)
      var result: [Double] = []
      for row in 0..<output.extents[..<axis].reduce(1, *) {
        for (part, shape) in zip(sources, shapes) {
          let length = shape[axis] * inner
          result += part[row * length..<(row + 1) * length]
        }
      }
      return result
    case .pad(let before, _, let fill):
      return (0..<output.count).map { place in
        var index = 0
        for axis in 0..<output.rank {
          let position = place / output.strides[axis] % output[axis] - before[axis]
          guard (0..<shapes[0][axis]).contains(position) else { return Double(fill) }
          index += position * shapes[0].strides[axis]
        }
        return source[index]
      }
    case .softmax(let axis):
      let stride = output.strides[axis]
      return source.indices.map { place in
        let start = place - place / stride % output[axis] * stride
        let row = (0..<output[axis]).map { source[start + $0 * stride] }
        let largest = row.max() ?? 0
        let sum = row.reduce(0) { $0 + exp($1 - largest) }
        return exp(source[place] - largest) / sum
      }
    case .matrixProduct(let product):
      return multiplied(product, sources, shapes, output)
    case .constant(let tensor):
      return tensor.elements.map { Double($0) }
    case .slice(let slice):
      return (0..<output.count).map { place in
        var index = 0
        for axis in 0..<output.rank {
          let step = place / output.strides[axis] % output[axis]
          index += (slice.begin[axis] + step * slice.steps[axis]) * shapes[0].strides[axis]
        }
        return source[index]
      }
    case .lstm(let lstm):
      return states(lstm, source)
    }
  }

  private static func value(_ activation: Activation, _ x: Double) -> Double {
    switch activation {
    case .clip(let low, let high): min(max(x, Double(low)), Double(high))
    case .leakyRelu(let slope): x < 0 ? Double(slope) * x : x
    case .hardSigmoid(let slope, let offset): min(max(Double(slope) * x + Double(offset), 0), 1)
    case .hardSwish: x * min(max(x / 6 + 0.5, 0), 1)
    case .sigmoid: 1 / (1 + exp(-x))
    case .tanh: tanh(x)
    case .sign: x > 0 ? 1 : x < 0 ? -1 : 0
    case .linear(let scale, let offset): Double(scale) * x + Double(offset)
    case .power(let exponent): pow(x, Double(exponent))
    case .reciprocal(let numerator): Double(numerator) / x
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
          guard (0..<window.spreadHeight).contains(row), row % window.upsampleY == 0,
            (0..<window.spreadWidth).contains(column), column % window.upsampleX == 0
          else { continue }
          for c in 0..<groupInputs {
            let channel = k / groupOutputs * groupInputs + c
            let tap = ((k * window.kernelHeight + r) * window.kernelWidth + s) * groupInputs + c
            sum +=
              Double(weights[tap])
              * source[
                (channel * window.height + row / window.upsampleY) * window.width
                  + column / window.upsampleX]
          }
        }
      }
      return sum
    }
  }

  private static func pooled(_ pool: Pool, _ source: [Double], _ output: Shape) -> [Double] {
    let window = pool.window
    return (0..<output.count).map { place in
      let channel = place / (output[2] * output[3])
      let y = place / output[3] % output[2]
      let x = place % output[3]
      var inside: [Double] = []
      for r in 0..<window.kernelHeight {
        for s in 0..<window.kernelWidth {
          let row = y * window.strideY + r * window.dilationY - window.padTop
          let column = x * window.strideX + s * window.dilationX - window.padLeft
          guard (0..<window.height).contains(row), (0..<window.width).contains(column) else {
            continue
          }
          inside.append(source[(channel * window.height + row) * window.width + column])
        }
      }
      if pool.kind == .max { return inside.max() ?? -.infinity }
      let count = pool.countsPadding ? window.kernelHeight * window.kernelWidth : inside.count
      return inside.reduce(0, +) / Double(count)
    }
  }
}
