package import Widthwise

extension QuantizedNetwork {
  /// The bytes of all weights, at their own width, and biases, as a device stores them.
  package var weightBytes: Int {
    layers.reduce(0) { sum, layer in
      guard case .linear(let linear) = layer.operation else { return sum }
      let bits = linear.weightFormat.bits * linear.storedWeights.count
      return sum + (bits + 7) / 8 + (linear.bias?.count ?? 0) * linear.biasBits / 8
    }
  }

  /// The most bytes of activations that are needed at a time, at their own width: what a layer reads and
  /// writes, and what later layers read.
  package var liveBytes: Int {
    var last = [Int](repeating: -1, count: shapes.count)
    for (index, layer) in layers.enumerated() {
      for input in layer.inputs { last[input] = index }
    }
    last[output] = layers.count
    let bytes = shapes.indices.map { (shapes[$0].count * quantizations[$0].format.bits + 7) / 8 }
    return layers.indices.map { index in
      (0...(index + 1)).reduce(0) { sum, value in
        sum + (value == index + 1 || last[value] >= index ? bytes[value] : 0)
      }
    }.max() ?? 0
  }
}
