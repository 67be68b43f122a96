internal import Networks
internal import Tensors

extension QuantizedNetwork {
  /// The network with each layer of thresholds joined to the layer of products or of thresholds before
  /// it, where nothing else reads what that gives.
  func thresholdsFused() -> QuantizedNetwork {
    var readers = [Int](repeating: 0, count: layers.count + 1)
    for layer in layers { for input in layer.inputs { readers[input] += 1 } }
    readers[output] += 1
    var fused = QuantizedNetwork(
      name: name, layers: [], shapes: [shapes[0]], quantizations: [quantizations[0]], output: 0)
    var places = [0]
    for (index, layer) in layers.enumerated() {
      if case .thresholds(let tables, let axis) = layer.operation, let input = layer.inputs.first,
        input > 0, readers[input] == 1,
        let joined = fused.joined(places[input], tables, axis: axis)
      {
        let place = places[input]
        fused.layers[place - 1].operation = joined
        fused.layers[place - 1].clamp = layer.clamp
        fused.quantizations[place] = quantizations[index + 1]
        places.append(place)
        continue
      }
      var layer = layer
      layer.inputs = layer.inputs.map { places[$0] }
      fused.layers.append(layer)
      fused.shapes.append(shapes[index + 1])
      fused.quantizations.append(quantizations[index + 1])
      places.append(fused.layers.count)
    }
    fused.output = places[output]
    return fused
  }

  /// What a layer becomes with thresholds behind it; nil when they cannot be one.
  private func joined(
    _ value: Int, _ tables: [ThresholdTable], axis: Int
  ) -> QuantizedOperation? {
    let zeroPoint = quantizations[value].zeroPoint
    switch layers[value - 1].operation {
    case .linear(var linear):
      let channelAxis = shapes[value].rank == 4 ? 1 : shapes[value].rank - 1
      guard tables.count == 1 || axis == channelAxis else { return nil }
      switch linear.outputStage {
      case .rescaled: return nil
      case .accumulator:
        linear.outputStage = .thresholds(
          tables.count == 1
            ? [ThresholdTable](repeating: tables[0], count: linear.outputChannels) : tables)
      case .thresholds(let first):
        linear.outputStage = .thresholds(Self.composed(first, tables, zeroPoint: zeroPoint))
      }
      return .linear(linear)
    case .thresholds(let first, let firstAxis):
      guard first.count == 1 || tables.count == 1 || axis == firstAxis else { return nil }
      return .thresholds(
        Self.composed(first, tables, zeroPoint: zeroPoint),
        axis: first.count == 1 ? axis : firstAxis)
    default: return nil
    }
  }

  /// Tables behind tables as one: the codes of the first ones less their zero point go through the
  /// second ones.
  private static func composed(
    _ first: [ThresholdTable], _ second: [ThresholdTable], zeroPoint: Int
  ) -> [ThresholdTable] {
    (0..<max(first.count, second.count)).map { channel in
      let outer = second[second.count == 1 ? 0 : channel]
      let inner = first[first.count == 1 ? 0 : channel]
      let codes = inner.codes.map { outer.code(of: Int($0) - zeroPoint) }
      var composed = ThresholdTable(thresholds: [], codes: [codes[0]])
      for (threshold, code) in zip(inner.thresholds, codes.dropFirst())
      where code != composed.codes.last {
        composed.thresholds.append(threshold)
        composed.codes.append(code)
      }
      return composed
    }
  }
}
