internal import Networks
internal import Tensors

extension ONNXGraph {
  /// BatchNormalization: `scale * (x - mean) / sqrt(variance + epsilon) + bias` per channel.
  mutating func batchNormalization(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    let source = try activation(node)
    guard try !node.flag("training_mode") else {
      throw node.problem("is in training mode; export the network for inference")
    }
    let scale = try constant(node, 1, "scale").floats
    let bias = try constant(node, 2, "bias").floats
    let mean = try constant(node, 3, "mean").floats
    let variance = try constant(node, 4, "variance").floats
    let shape = shapes[source]
    guard shape.rank > 1, [scale, bias, mean, variance].allSatisfy({ $0.count == shape[1] }) else {
      throw node.problem(
        "has \(scale.count) scales, \(bias.count) biases, \(mean.count) means and \(variance.count) "
          + "variances on an input of \(shape); each channel needs one of each")
    }
    let epsilon = Double(try node.float("epsilon") ?? 1e-5)
    let factors = scale.indices.map {
      Double(scale[$0]) / (Double(variance[$0]) + epsilon).squareRoot()
    }
    let affine = ChannelAffine(
      axis: 1, scale: factors.map { Float($0) },
      offset: factors.indices.map { Float(Double(bias[$0]) - Double(mean[$0]) * factors[$0]) })
    return try append(node, .channelAffine(affine), [source])
  }
}
