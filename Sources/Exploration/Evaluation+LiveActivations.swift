internal import Arithmetic
internal import Networks
internal import Quantization
public import Quantities
public import Simulation
internal import Tensors

extension Evaluation {
  /// The most bits that the values of one sample take at a time.
  ///
  /// Layers run one after the other; a value is there from the layer that makes it to the last one that
  /// reads it. Inputs and output of a layer are there together.
  ///
  /// - Model: a reshape makes no copy; codes are packed to their width; buffers inside a layer, such as
  ///   gathered patches, and padding of memories are ignored.
  /// - Validity: the definition of Rusci, Capotondi, Benini, MLSys 2020, section 3 (input and output of a
  ///   layer live at the same time), for graphs with branches.
  public static func liveActivations(
    of result: SimulationResult, _ workload: Workload
  ) -> Bits {
    let shapes = workload.network.shapes
    let network = workload.network.network
    var bits = [shapes[0].count * inputFormat(of: result, workload).bits]
    // The value whose memory each value is in.
    var places = [0]
    for (index, layer) in network.layers.enumerated() {
      bits.append(shapes[index + 1].count * result.layers[index].outputs.bits)
      if case .reshape = layer.operation {
        places.append(places[layer.inputs[0]])
      } else {
        places.append(index + 1)
      }
    }
    var lastReads = [Int](repeating: -1, count: bits.count)
    for (index, layer) in network.layers.enumerated() {
      for input in layer.inputs { lastReads[places[input]] = index }
    }
    lastReads[places[network.output]] = network.layers.count
    var live = bits[0]
    var most = live
    for index in network.layers.indices {
      if places[index + 1] == index + 1 { live += bits[index + 1] }
      most = max(most, live)
      for value in 0...index + 1 where places[value] == value {
        // A value that nobody reads goes at once.
        if lastReads[value] == index || (lastReads[value] < 0 && value == index + 1) {
          live -= bits[value]
        }
      }
    }
    return Bits(most)
  }

  private static func inputFormat(
    of result: SimulationResult, _ workload: Workload
  ) -> NumberFormat {
    if let quantized = workload.quantized { return quantized.quantizations[0].format }
    let scheme = result.scheme ?? QuantizationScheme()
    return ValueFormats(workload.network.network, scheme: scheme).values[0]
  }
}
