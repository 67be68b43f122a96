internal import Networks
internal import Tensors

/// What the values of one sample take in memory, layer by layer.
///
/// Layers run one after the other; a value is there from the layer that makes it to the last one that
/// reads it. Inputs and output of a layer are there together.
///
/// - Model: a reshape makes no copy; codes are packed to their width; buffers inside a layer, such as
///   gathered patches, and padding of memories are ignored.
/// - Validity: the definition of Rusci, Capotondi, Benini, MLSys 2020, section 3 (input and output of a
///   layer live at the same time), for graphs with branches.
struct LiveActivations {
  /// The bits while each layer runs.
  let steps: [Int]

  /// The values of a network.
  ///
  /// - Parameter widths: the bits of one element of each value; 0 is the input, `i + 1` the output of layer
  ///   `i`.
  init(_ network: VerifiedNetwork, widths: [Int]) {
    let layers = network.network.layers
    let bits = zip(network.shapes, widths).map { $0.count * $1 }
    // The value whose memory each value is in.
    var places = [0]
    for (index, layer) in layers.enumerated() {
      if case .reshape = layer.operation {
        places.append(places[layer.inputs[0]])
      } else {
        places.append(index + 1)
      }
    }
    var lastReads = [Int](repeating: -1, count: bits.count)
    for (index, layer) in layers.enumerated() {
      for input in layer.inputs { lastReads[places[input]] = index }
    }
    lastReads[places[network.network.output]] = layers.count
    var live = bits[0]
    var steps: [Int] = []
    for index in layers.indices {
      if places[index + 1] == index + 1 { live += bits[index + 1] }
      steps.append(live)
      for value in 0...index + 1 where places[value] == value {
        // A value that nobody reads goes at once.
        if lastReads[value] == index || (lastReads[value] < 0 && value == index + 1) {
          live -= bits[value]
        }
      }
    }
    self.steps = steps.isEmpty ? [live] : steps
  }

  /// The most bits at a time.
  var most: Int { steps.max() ?? 0 }

  /// The bits beyond a limit, summed over the layers.
  func excess(over limit: Int) -> Int { steps.reduce(0) { $0 + max(0, $1 - limit) } }
}
