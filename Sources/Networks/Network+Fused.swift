import Tensors

extension Network {
  /// The network with constants folded into weights, clamps fused and idle layers removed.
  ///
  /// * A `channelAffine` or a `.linear` activation goes into the convolution, fully connected layer
  ///   or affine map before it: `s * (w·x + b) + t = (s * w)·x + (s * b + t)`.
  /// * A clip becomes the `fusedActivation` of the convolution, fully connected layer, binary,
  ///   affine map or average pool before it; of two clips the composition.
  /// * Both look through a reshape in between that keeps the channel axis apart.
  /// * A reshape of a reshape reads the first one's input.
  /// * Layers that change nothing, and layers that nothing reads, are dropped; values are renumbered.
  ///
  /// The layer before must have no other reader. The merged layer keeps its name. A network that
  /// does not pass `verified()` is returned unchanged.
  public func fused() -> Network {
    guard let shapes = try? verified().shapes else { return self }
    var fusion = Fusion(network: self, shapes: shapes)
    for index in layers.indices where fusion.uses[index + 1] > 0 { fusion.take(index) }
    return fusion.result
  }
}

/// The state of one pass over the layers of a verified network.
private struct Fusion {
  /// A layer of the result.
  struct Kept {
    /// The layer, its inputs renumbered.
    var layer: Layer
    /// The shape of its output.
    let shape: Shape
    /// The readers of its output that have not been merged away; the network's output is one.
    var uses: Int
  }

  let network: Network
  let shapes: [Shape]
  /// The readers of each old value, dead layers not counted.
  let uses: [Int]
  /// The new number of each old value.
  var renumbered: [Int]
  var kept: [Kept] = []

  init(network: Network, shapes: [Shape]) {
    self.network = network
    self.shapes = shapes
    var uses = [Int](repeating: 0, count: shapes.count)
    uses[network.output] += 1
    for (index, layer) in network.layers.enumerated().reversed() where uses[index + 1] > 0 {
      for input in layer.inputs { uses[input] += 1 }
    }
    self.uses = uses
    renumbered = [Int](repeating: 0, count: shapes.count)
  }

  /// Drops, merges or keeps one layer.
  mutating func take(_ index: Int) {
    var layer = network.layers[index]
    let value = index + 1
    layer.inputs = layer.inputs.map { renumbered[$0] }
    bypassReshapes(before: &layer)
    guard let source = layer.inputs.first else {
      kept.append(Kept(layer: layer, shape: shapes[value], uses: uses[value]))
      renumbered[value] = kept.count
      return
    }
    if layer.isIdle(on: valueShape(source)), source > 0 || value != network.output {
      renumbered[value] = source
      if source > 0 { kept[source - 1].uses += uses[value] - 1 }
    } else if absorb(layer, on: shapes[value]) {
      renumbered[value] = source
      kept[source - 1].uses = uses[value]
    } else {
      kept.append(Kept(layer: layer, shape: shapes[value], uses: uses[value]))
      renumbered[value] = kept.count
    }
  }

  /// Merges an element-wise layer into the layer it reads, looking through reshapes; false if it cannot.
  private mutating func absorb(_ layer: Layer, on shape: Shape) -> Bool {
    guard layer.fusedActivation == nil, var map = ElementMap(layer.operation) else { return false }
    var source = layer.inputs[0]
    var current = shape
    while source > 0, kept[source - 1].uses == 1 {
      let producer = kept[source - 1]
      if let merged = producer.layer.applying(map, rank: producer.shape.rank) {
        kept[source - 1].layer = merged
        return true
      }
      guard case .reshape = producer.layer.operation else { return false }
      source = producer.layer.inputs[0]
      let before = valueShape(source)
      guard let moved = map.moved(from: current, to: before) else { return false }
      map = moved
      current = before
    }
    return false
  }

  /// Lets a reshape that reads a reshape read that one's input instead.
  private mutating func bypassReshapes(before layer: inout Layer) {
    guard case .reshape = layer.operation else { return }
    while let source = layer.inputs.first, source > 0,
      case .reshape = kept[source - 1].layer.operation
    {
      let earlier = kept[source - 1].layer.inputs[0]
      kept[source - 1].uses -= 1
      // A reshape that still has readers keeps its own use of the earlier value.
      if kept[source - 1].uses > 0, earlier > 0 { kept[earlier - 1].uses += 1 }
      layer.inputs = [earlier]
    }
  }

  private func valueShape(_ value: Int) -> Shape {
    value == 0 ? network.inputShape : kept[value - 1].shape
  }

  /// The network of the kept layers, without reshapes that were bypassed by all their readers.
  var result: Network {
    var layers: [Layer] = []
    var final = [0]
    for entry in kept {
      if entry.uses > 0 {
        var layer = entry.layer
        layer.inputs = layer.inputs.map { final[$0] }
        layers.append(layer)
      }
      final.append(layers.count)
    }
    return Network(
      name: network.name, inputShape: network.inputShape, layers: layers,
      output: final[renumbered[network.output]])
  }
}

extension Layer {
  /// Whether the layer's output is its (first) input.
  fileprivate func isIdle(on input: Shape) -> Bool {
    guard fusedActivation == nil else { return false }
    switch operation {
    case .reshape(let shape): return shape == input
    case .transpose(let permutation): return permutation == Array(0..<input.rank)
    case .concatenation: return inputs.count == 1
    case .pad(let before, let after, _): return (before + after).allSatisfy { $0 == 0 }
    case .activation(.linear(let scale, let offset)): return scale == 1 && offset == 0
    case .activation(.clip(let low, let high)): return low == -.infinity && high == .infinity
    case .convolution, .fullyConnected, .pool, .binary, .activation, .channelAffine, .softmax,
      .matrixProduct, .constant, .slice, .lstm:
      return false
    }
  }
}
