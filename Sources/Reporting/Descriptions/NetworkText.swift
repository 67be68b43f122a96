internal import Mappings
internal import Networks
public import Simulation
internal import Tensors

/// Networks in tables, at most 100 columns wide.
public enum NetworkText {
  /// One line for each network.
  public static func list(_ workloads: [(name: String, workload: Workload)]) -> String {
    let width = workloads.map(\.name.count).max() ?? 0
    var text =
      "\(DeviceText.padded("network", width))  input          layers        MACs  parameters\n"
    for (name, workload) in workloads {
      let network = workload.network
      let macs = layers(of: network).reduce(0) { $0 + $1.macs }
      let parameters = layers(of: network).reduce(0) { $0 + $1.parameters }
      text +=
        "\(DeviceText.padded(name, width))  "
        + DeviceText.padded(network.shapes[0].description, 13)
        + DeviceText.right("\(network.network.layers.count)", 8)
        + DeviceText.right(scaled(macs), 12) + DeviceText.right(scaled(parameters), 12)
      if let evaluation = workload.evaluation {
        text += "  \(evaluation.count) samples"
      } else {
        text += "  shapes only"
      }
      text += "\n"
    }
    return text
  }

  /// The layers of a network.
  public static func text(_ workload: Workload) -> String {
    let network = workload.network
    let rows = layers(of: network)
    var text =
      "\(network.network.name): input \(network.shapes[0]), "
      + "output \(network.shapes[network.network.output])\n"
    if let evaluation = workload.evaluation {
      let labelled = workload.labels == nil ? "" : ", labelled"
      text += "\(evaluation.count) samples\(labelled)\n"
    }
    text +=
      "\nlayer                         kind        output              MACs  parameters  reads\n"
    for (index, row) in rows.enumerated() {
      let layer = network.network.layers[index]
      let reads = layer.inputs.map { $0 == 0 ? "input" : rows[$0 - 1].name }
        .joined(separator: ", ")
      let line =
        DeviceText.padded(DeviceText.clipped(row.name, 28), 30)
        + DeviceText.padded(row.kind, 12)
        + DeviceText.padded(network.shapes[index + 1].description, 14)
        + DeviceText.right(scaled(row.macs), 10)
        + DeviceText.right(scaled(row.parameters), 12) + "  "
        + DeviceText.clipped(reads, 20)
      text += line.trimmedEnd + "\n"
    }
    let macs = rows.reduce(0) { $0 + $1.macs }
    let parameters = rows.reduce(0) { $0 + $1.parameters }
    text += "\ntotal: \(macs) MACs an inference, \(parameters) parameters\n"
    return text
  }

  private static func layers(
    of network: VerifiedNetwork
  ) -> [(name: String, kind: String, macs: Int, parameters: Int)] {
    network.network.layers.enumerated().map { index, layer in
      let work = LayerWork.work(
        for: layer.operation, name: layer.name,
        inputShapes: layer.inputs.map { network.shapes[$0] },
        outputShape: network.shapes[index + 1], batch: 1,
        widths: OperandWidths(weights: 8, inputs: 8, outputs: 8, partialSums: 32, bias: 32))
      let parameters: Int
      switch layer.operation {
      case .convolution(let convolution):
        let hasBias = convolution.bias != nil || convolution.weights == nil
        parameters = convolution.weightShape.count + (hasBias ? convolution.outputChannels : 0)
      case .fullyConnected(let connected):
        let hasBias = connected.bias != nil || connected.weights == nil
        parameters = connected.weightShape.count + (hasBias ? connected.outputFeatures : 0)
      case .channelAffine(let affine): parameters = affine.scale.count + affine.offset.count
      case .lstm(let lstm):
        parameters =
          lstm.inputWeightShape.count + lstm.hiddenWeightShape.count + (lstm.bias?.count ?? 0)
      case .constant(let tensor): parameters = tensor.elements.count
      case .pool, .binary, .activation, .concatenation, .pad, .reshape, .transpose, .softmax,
        .matrixProduct, .slice:
        parameters = 0
      }
      return (layer.name, layer.operation.kind, work.macs, parameters)
    }
  }

  /// A count with a unit of thousands.
  static func scaled(_ count: Int) -> String {
    let value = Double(count)
    if value >= 1e9 { return DeviceText.number((value / 1e7).rounded() / 100) + " G" }
    if value >= 1e6 { return DeviceText.number((value / 1e4).rounded() / 100) + " M" }
    if value >= 1e3 { return DeviceText.number((value / 1e1).rounded() / 100) + " k" }
    return "\(count)"
  }
}
