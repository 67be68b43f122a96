internal import Networks

extension QuantizedNetwork {
  /// The network without layers that nothing reads.
  var pruned: QuantizedNetwork {
    var isUsed = [Bool](repeating: false, count: shapes.count)
    isUsed[0] = true
    isUsed[output] = true
    for value in stride(from: layers.count, to: 0, by: -1) where isUsed[value] {
      for input in layers[value - 1].inputs { isUsed[input] = true }
    }
    var number = [Int](repeating: 0, count: shapes.count)
    var network = QuantizedNetwork(
      name: name, layers: [], shapes: [shapes[0]], quantizations: [quantizations[0]], output: 0)
    for value in 1..<shapes.count where isUsed[value] {
      var layer = layers[value - 1]
      layer.inputs = layer.inputs.map { number[$0] }
      network.layers.append(layer)
      network.shapes.append(shapes[value])
      network.quantizations.append(quantizations[value])
      number[value] = network.layers.count
    }
    network.output = number[output]
    return network
  }
}
