internal import Networks
internal import Tensors

extension QuantizedNetwork {
  /// The network with each layer of thresholds joined to the layer of products before it, where nothing
  /// else reads the accumulators.
  func thresholdsFused() -> QuantizedNetwork {
    var readers = [Int](repeating: 0, count: layers.count + 1)
    for layer in layers { for input in layer.inputs { readers[input] += 1 } }
    readers[output] += 1
    var fused = QuantizedNetwork(
      name: name, layers: [], shapes: [shapes[0]], quantizations: [quantizations[0]], output: 0)
    var places = [0]
    for (index, layer) in layers.enumerated() {
      var layer = layer
      if case .thresholds(let tables, let axis) = layer.operation, let input = layer.inputs.first,
        input > 0, readers[input] == 1,
        case .linear(var linear) = layers[input - 1].operation,
        tables.count == 1 || (tables.count == linear.outputChannels && axis == channelAxis(input))
      {
        linear.outputStage = .thresholds(
          tables.count == 1
            ? [ThresholdTable](repeating: tables[0], count: linear.outputChannels) : tables)
        let place = places[input]
        fused.layers[place - 1].operation = .linear(linear)
        fused.layers[place - 1].clamp = layer.clamp
        fused.quantizations[place] = quantizations[index + 1]
        places.append(place)
        continue
      }
      layer.inputs = layer.inputs.map { places[$0] }
      fused.layers.append(layer)
      fused.shapes.append(shapes[index + 1])
      fused.quantizations.append(quantizations[index + 1])
      places.append(fused.layers.count)
    }
    fused.output = places[output]
    return fused
  }

  /// The axis of the output channels of a layer of products.
  private func channelAxis(_ value: Int) -> Int {
    shapes[value].rank == 4 ? 1 : shapes[value].rank - 1
  }
}
