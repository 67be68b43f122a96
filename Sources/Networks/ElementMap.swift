import Tensors

/// A function of each element that the layer before can do on its own: what `fused()` merges.
enum ElementMap {
  /// `min(max(x, low), high)`.
  case clip(low: Float, high: Float)
  /// `scale * x + offset` with one scale and offset for all.
  case linear(scale: Float, offset: Float)
  /// `scale[channel] * x + offset[channel]`.
  case affine(ChannelAffine)

  /// The map that an operation is, if it is one.
  init?(_ operation: Operation) {
    switch operation {
    case .activation(.clip(let low, let high)): self = .clip(low: low, high: high)
    case .activation(.linear(let scale, let offset)): self = .linear(scale: scale, offset: offset)
    case .channelAffine(let affine): self = .affine(affine)
    case .activation, .convolution, .fullyConnected, .pool, .binary, .concatenation, .pad,
      .reshape, .transpose, .softmax, .matrixProduct, .constant, .slice, .lstm:
      return nil
    }
  }

  /// The same map on the elements under another shape; nil when the channels are no axis of it.
  func moved(from shape: Shape, to other: Shape) -> ElementMap? {
    guard case .affine(var affine) = self else { return self }
    let outer = shape.extents[..<affine.axis].reduce(1, *)
    var product = 1
    for (axis, extent) in other.extents.enumerated() {
      if product == outer, extent == shape[affine.axis] {
        affine.axis = axis
        return .affine(affine)
      }
      product *= extent
    }
    return nil
  }

  /// The scale and offset of each of `count` channels on that axis; nil for a clip or another axis.
  func channels(_ count: Int, axis: Int) -> (scale: [Float], offset: [Float])? {
    switch self {
    case .clip:
      nil
    case .linear(let scale, let offset):
      ([Float](repeating: scale, count: count), [Float](repeating: offset, count: count))
    case .affine(let affine):
      affine.axis == axis && affine.scale.count == count ? (affine.scale, affine.offset) : nil
    }
  }
}

extension Layer {
  /// The layer with the map applied to its output, or nil when it cannot do that itself.
  func applying(_ map: ElementMap, rank: Int) -> Layer? {
    var merged = self
    if case .clip(let low, let high) = map {
      guard takesClip else { return nil }
      merged.fusedActivation = (fusedActivation ?? .clip(low: -.infinity, high: .infinity))
        .followed(byLow: low, high: high)
      return merged
    }
    guard fusedActivation == nil else { return nil }
    switch operation {
    case .convolution(var layer):
      guard let weights = layer.weights,
        let (scale, offset) = map.channels(layer.outputChannels, axis: 1)
      else { return nil }
      layer.weights = weights.scaledRows(scale)
      layer.bias = Self.mapped(layer.bias, scale, offset)
      merged.operation = .convolution(layer)
    case .fullyConnected(var layer):
      guard let weights = layer.weights,
        let (scale, offset) = map.channels(layer.outputFeatures, axis: rank - 1)
      else { return nil }
      layer.weights = weights.scaledRows(scale)
      layer.bias = Self.mapped(layer.bias, scale, offset)
      merged.operation = .fullyConnected(layer)
    case .channelAffine(var layer):
      guard let (scale, offset) = map.channels(layer.scale.count, axis: layer.axis) else {
        return nil
      }
      layer.offset = Self.mapped(layer.offset, scale, offset)
      layer.scale = zip(layer.scale, scale).map { $0 * $1 }
      merged.operation = .channelAffine(layer)
    case .pool, .binary, .activation, .concatenation, .pad, .reshape, .transpose, .softmax,
      .matrixProduct, .constant, .slice, .lstm:
      return nil
    }
    // A product beyond the range of Float stays two layers.
    return merged.constantProblems.isEmpty ? merged : nil
  }

  private var takesClip: Bool {
    switch operation {
    case .convolution, .fullyConnected, .binary, .channelAffine: true
    case .pool(let pool): pool.kind == .average
    case .activation, .concatenation, .pad, .reshape, .transpose, .softmax, .matrixProduct,
      .constant, .slice, .lstm:
      false
    }
  }

  /// `scale * bias + offset`, in double precision; an absent bias is zero.
  private static func mapped(_ bias: [Float]?, _ scale: [Float], _ offset: [Float]) -> [Float] {
    scale.indices.map { channel in
      Float(Double(bias?[channel] ?? 0) * Double(scale[channel]) + Double(offset[channel]))
    }
  }
}

extension Activation {
  /// This clip followed by another one, as one clip.
  fileprivate func followed(byLow low: Float, high: Float) -> Activation {
    guard case .clip(let innerLow, let innerHigh) = self else { return self }
    return .clip(
      low: min(max(innerLow, low), high), high: min(max(innerHigh, low), high))
  }
}

extension Tensor<Float> {
  /// The tensor with everything under index `i` of the first axis multiplied by `scale[i]`.
  fileprivate func scaledRows(_ scale: [Float]) -> Tensor<Float> {
    let row = shape.count / max(scale.count, 1)
    var scaled = self
    for index in scaled.elements.indices { scaled.elements[index] *= scale[index / max(row, 1)] }
    return scaled
  }
}
