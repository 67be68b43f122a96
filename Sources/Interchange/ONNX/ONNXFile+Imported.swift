public import Networks

extension ONNXFile {
  /// The network in a file as it is meant: of integers with its own scales when the graph has operators
  /// on codes, else of real numbers.
  ///
  /// Quantized are graphs with QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear, QLinearConv,
  /// QLinearMatMul, ConvInteger, MatMulInteger or the QLinear operators of onnxruntime. A float input
  /// that is quantized at once becomes an input of codes, a dequantized output an output of codes;
  /// layers between DequantizeLinear and QuantizeLinear become integer layers, others run in float32.
  /// QONNX and low-bit networks are read by `QONNXFile`.
  ///
  /// - Throws: `ONNXError` with one line: the path, the node, the rule, the remedy.
  public static func imported(
    at path: String, options: ONNXOptions = ONNXOptions()
  ) throws(ONNXError) -> ImportedNetwork {
    let (bytes, directory) = try ONNXBytes.file(at: path)
    return try imported(
      from: bytes, path: path, externalDataDirectory: directory, options: options)
  }

  /// The network in the bytes of a file as it is meant.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - path: names the network and begins the errors; nothing is read there.
  ///   - externalDataDirectory: where external weights are; without one they are refused.
  ///   - options: what inputs and outputs mean.
  public static func imported(
    from bytes: [UInt8], path: String, externalDataDirectory: String? = nil,
    options: ONNXOptions = ONNXOptions()
  ) throws(ONNXError) -> ImportedNetwork {
    do throws(ONNXProblem) {
      let model = try model(from: bytes)
      var graph = ONNXGraph(
        operatorSets: try operatorSets(of: model), options: options,
        externalData: ONNXExternalData(directory: externalDataDirectory),
        foldingBudget: ONNXGraph.baseFoldingBudget + bytes.count)
      let name = name(ofFileAt: path)
      // One builder for each style of quantized graph; each says whether a graph is of its style.
      let hasCodes = ONNXQuantizedGraph.isNeeded(for: model.graph)
      if QONNXFile.isQONNX(model) || (!hasCodes && QONNXFile.isLowBit(model)) {
        return .quantized(
          try QONNXFile.network(
            of: model, size: bytes.count, name: name, externalDataDirectory: externalDataDirectory))
      }
      if hasCodes {
        var builder = ONNXQuantizedGraph(graph: graph)
        return .quantized(try builder.network(of: model.graph, name: name))
      }
      return .float(try graph.network(of: model.graph, name: name))
    } catch {
      throw ONNXError(path: path, reason: error.text)
    }
  }
}
