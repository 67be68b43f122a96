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
    do throws(ONNXProblem) {
      // The bytes of the file go before the network is built.
      var (model, size) = try model(at: path)
      return try imported(
        of: &model, size: size, path: path,
        externalDataDirectory: ONNXBytes.directory(of: path), options: options)
    } catch {
      throw ONNXError(path: path, reason: error.text)
    }
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
      var model = try model(from: bytes)
      return try imported(
        of: &model, size: bytes.count, path: path,
        externalDataDirectory: externalDataDirectory, options: options)
    } catch {
      throw ONNXError(path: path, reason: error.text)
    }
  }

  /// The model in a file, and the size of the file.
  private static func model(
    at path: String
  ) throws(ONNXProblem) -> (model: Onnx_ModelProto, size: Int) {
    let bytes = try ONNXBytes.read(path)
    return (try model(from: bytes), bytes.count)
  }

  /// The network of a model, whose graph is taken out of it.
  private static func imported(
    of model: inout Onnx_ModelProto, size: Int, path: String,
    externalDataDirectory: String?, options: ONNXOptions
  ) throws(ONNXProblem) -> ImportedNetwork {
    var graph = ONNXGraph(
      operatorSets: try operatorSets(of: model), options: options,
      externalData: ONNXExternalData(directory: externalDataDirectory),
      foldingBudget: ONNXGraph.baseFoldingBudget + size)
    let name = name(ofFileAt: path)
    // One builder for each style of quantized graph; each says whether a graph is of its style.
    let hasCodes = ONNXQuantizedGraph.isNeeded(for: model.graph)
    if QONNXFile.isQONNX(model) || (!hasCodes && QONNXFile.isLowBit(model)) {
      return .quantized(
        try QONNXFile.network(
          of: model, size: size, name: name, externalDataDirectory: externalDataDirectory))
    }
    var nodes = model.graph
    model = Onnx_ModelProto()
    if hasCodes {
      var builder = ONNXQuantizedGraph(graph: graph)
      return .quantized(try builder.network(of: &nodes, name: name))
    }
    return .float(try graph.network(of: &nodes, name: name))
  }
}
