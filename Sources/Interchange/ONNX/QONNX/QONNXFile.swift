public import Networks

/// Files of QONNX and of low-bit networks in plain ONNX, read as networks of integers.
///
/// QONNX states quantizers (`Quant`, `BipolarQuant`, `Trunc`, `MultiThreshold`) between float layers. Here
/// the layers between them become products of integer codes, and the functions between an accumulator
/// and the next quantizer become thresholds, exactly: they are evaluated in float32, as the file says
/// them, at the accumulators that can occur. Other layers stay in float32.
///
/// A plain ONNX file is a low-bit network when it has a `Sign` and all its layers of products have
/// integer weights behind a `Cast`; its input are int8 codes of scale 1.
///
/// - Exactness: integer sums are exact, where the file's float32 sums may round when scales are no
///   powers of two.
/// - Source: qonnx 1.0.0; Umuroglu, Jahre, "Streamlined Deployment for Quantized Neural Networks",
///   arXiv 1709.04060.
public enum QONNXFile {
  /// The network of integers in a file.
  ///
  /// - Throws: `ONNXError` with one line, also for files that are no low-bit networks.
  public static func network(at path: String) throws(ONNXError) -> QuantizedNetwork {
    let (bytes, directory) = try ONNXBytes.file(at: path)
    return try network(from: bytes, path: path, externalDataDirectory: directory)
  }

  /// The network of integers in the bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - path: names the network and begins the errors; nothing is read there.
  ///   - externalDataDirectory: where external weights are; without one they are refused.
  public static func network(
    from bytes: [UInt8], path: String, externalDataDirectory: String? = nil
  ) throws(ONNXError) -> QuantizedNetwork {
    do throws(ONNXProblem) {
      let model = try ONNXFile.model(from: bytes)
      guard isLowBit(model) else {
        throw ONNXProblem(
          "has no QONNX quantizer, nor integer weights with Sign; read it as a float network")
      }
      return try network(
        of: model, size: bytes.count, name: ONNXFile.name(ofFileAt: path),
        externalDataDirectory: externalDataDirectory)
    } catch {
      throw ONNXError(path: path, reason: error.text)
    }
  }

  /// Whether a model is read by `network`: it has QONNX quantizers, or is a low-bit network.
  static func isLowBit(_ model: Onnx_ModelProto) -> Bool {
    isQONNX(model) || hasIntegerWeights(model)
  }

  /// Whether a model has an operator of QONNX.
  static func isQONNX(_ model: Onnx_ModelProto) -> Bool {
    model.graph.node.contains { QONNXOperator($0) != nil }
  }

  /// Whether a model has a Sign, and integer weights behind a Cast in all its layers of products.
  private static func hasIntegerWeights(_ model: Onnx_ModelProto) -> Bool {
    let nodes = model.graph.node
    var integers: Set<String> = []
    for tensor in model.graph.initializer {
      if let type = ONNXElementType(rawValue: Int(tensor.dataType)), !type.isReal {
        integers.insert(tensor.name)
      }
    }
    let casts = Set(
      nodes.filter { $0.opType == "Cast" && $0.input.first.map(integers.contains) == true }
        .compactMap(\.output.first))
    let products = nodes.filter { ["Conv", "Gemm", "MatMul"].contains($0.opType) }
    return nodes.contains { $0.opType == "Sign" } && !products.isEmpty
      && products.allSatisfy { $0.input.count > 1 && casts.contains($0.input[1]) }
  }

  /// The network of a model that `isLowBit`.
  static func network(
    of model: Onnx_ModelProto, size: Int, name: String, externalDataDirectory: String?
  ) throws(ONNXProblem) -> QuantizedNetwork {
    var graph = LowBitGraph(
      graph: ONNXGraph(
        operatorSets: try ONNXFile.operatorSets(of: model), options: ONNXOptions(),
        externalData: ONNXExternalData(directory: externalDataDirectory),
        foldingBudget: ONNXGraph.baseFoldingBudget + size))
    let output = try graph.read(model.graph)
    var lowering = LowBitLowering(graph, integerInput: !isQONNX(model))
    return try lowering.network(name: name, output: output)
  }
}
