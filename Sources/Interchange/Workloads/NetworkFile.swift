public import Networks

/// Networks by the ending of their file.
public enum NetworkFile {
  /// The network of an ONNX or TFLite file or of a layer-shape topology.
  public static func network(at path: String) throws -> ImportedNetwork {
    if path.hasSuffix(".onnx") { return try ONNXFile.imported(at: path) }
    if path.hasSuffix(".tflite") { return try TFLiteFile.network(at: path) }
    if path.hasSuffix(".csv") { return .float(try TopologyFile.network(at: path)) }
    throw WorkloadError(
      file: path,
      problem: "a network is an .onnx, .tflite or .csv (topology) file; convert it to ONNX")
  }
}
