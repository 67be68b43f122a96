import Networks
import Tensors

#if canImport(Glibc)
  import Glibc
#endif

/// The slow, obvious evaluation of a float network in ONNX axis order and double precision.
enum NaiveNetwork {
  static func output(of verified: VerifiedNetwork, on input: [Float]) -> [Double] {
    var values = [input.map(Double.init)]
    for (index, layer) in verified.network.layers.enumerated() {
      var result = value(
        layer.operation, layer.inputs.map { values[$0] }, layer.inputs.map { verified.shapes[$0] },
        verified.shapes[index + 1])
      if let fused = layer.fusedActivation { result = result.map(fused.value) }
      values.append(result)
    }
    return values[verified.network.output]
  }

  private static func value(
    _ operation: Operation, _ sources: [[Double]], _ shapes: [Shape], _ shape: Shape
  ) -> [Double] {
    let source = sources[0]
    switch operation {
    case .convolution(let layer):
      let weights = layer.weights?.elements ?? []
      let perGroup = layer.inputChannels / layer.groups
      return (0..<shape.count).map { place in
        let channel = place / (shape[2] * shape[3])
        var sum = Double(layer.bias?[channel] ?? 0)
        let first = channel / (layer.outputChannels / layer.groups) * perGroup
        forEachTap(layer.window, place / shape[3] % shape[2], place % shape[3]) { ky, kx, pixel in
          guard let pixel else { return }
          for c in 0..<perGroup {
            let tap = (channel * layer.window.kernelHeight + ky) * layer.window.kernelWidth + kx
            let image = (first + c) * layer.window.height * layer.window.width
            sum += Double(weights[tap * perGroup + c]) * source[image + pixel]
          }
        }
        return sum
      }
    case .fullyConnected(let layer):
      let weights = layer.weights?.elements ?? []
      return (0..<shape.count).map { place in
        let row = place / layer.outputFeatures * layer.inputFeatures
        let feature = place % layer.outputFeatures
        return (0..<layer.inputFeatures).reduce(Double(layer.bias?[feature] ?? 0)) {
          $0 + Double(weights[feature * layer.inputFeatures + $1]) * source[row + $1]
        }
      }
    case .pool(let pool):
      return (0..<shape.count).map { place in
        let image = place / (shape[2] * shape[3]) * pool.window.height * pool.window.width
        var taps: [Double] = []
        forEachTap(pool.window, place / shape[3] % shape[2], place % shape[3]) { _, _, pixel in
          if let pixel {
            taps.append(source[image + pixel])
          } else if pool.countsPadding && pool.kind == .average {
            taps.append(0)
          }
        }
        return pool.kind == .max ? taps.max() ?? 0 : taps.reduce(0, +) / Double(taps.count)
      }
    case .binary(let kind):
      return zip(source, sources[1]).map { x, y in
        switch kind {
        case .add: x + y
        case .subtract: x - y
        case .multiply: x * y
        case .divide: x / y
        case .maximum: max(x, y)
        case .minimum: min(x, y)
        case .power: pow(x, y)
        }
      }
    case .activation(let activation): return source.map(activation.value)
    case .channelAffine(let affine):
      return source.enumerated().map { place, x in
        let channel = place / shape.strides[affine.axis] % shape[affine.axis]
        return Double(affine.scale[channel]) * x + Double(affine.offset[channel])
      }
    case .concatenation: return sources.flatMap { $0 }
    case .pad(let before, _, let border):
      return (0..<shape.count).map { place in
        var index = 0
        for axis in 0..<shape.rank {
          let position = place / shape.strides[axis] % shape[axis] - before[axis]
          guard (0..<shapes[0][axis]).contains(position) else { return Double(border) }
          index += position * shapes[0].strides[axis]
        }
        return source[index]
      }
    case .reshape: return source
    case .transpose(let axes):
      return Tensor(shape: shapes[0], elements: source).transposed(axes).elements
    case .softmax:
      // The last axis only, which is what the random networks use.
      let extent = shape[shape.rank - 1]
      return (0..<shape.count).map { place in
        let row = source[place / extent * extent..<(place / extent + 1) * extent]
        let largest = row.max() ?? 0
        return exp(source[place] - largest) / row.reduce(0) { $0 + exp($1 - largest) }
      }
    // The random networks have none of these.
    case .matrixProduct, .constant, .slice, .lstm: return []
    }
  }

  /// Calls `body` with every tap and the place of its pixel, nil where there is padding.
  private static func forEachTap(
    _ window: WindowGeometry, _ y: Int, _ x: Int, _ body: (Int, Int, Int?) -> Void
  ) {
    for ky in 0..<window.kernelHeight {
      for kx in 0..<window.kernelWidth {
        let row = y * window.strideY + ky * window.dilationY - window.padTop
        let column = x * window.strideX + kx * window.dilationX - window.padLeft
        let isInside = (0..<window.height).contains(row) && (0..<window.width).contains(column)
        body(ky, kx, isInside ? row * window.width + column : nil)
      }
    }
  }
}
