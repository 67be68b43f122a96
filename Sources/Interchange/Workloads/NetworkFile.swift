public import Networks

/// Networks by the ending of their file.
public enum NetworkFile {
  /// The network of an ONNX file or a layer-shape topology.
  public static func network(at path: String) throws -> ImportedNetwork {
    if path.hasSuffix(".onnx") { return .float(try ONNXFile.network(at: path)) }
    if path.hasSuffix(".csv") { return .float(try TopologyFile.network(at: path)) }
    throw WorkloadError(
      file: path,
      problem: "a network is an .onnx, .tflite or .csv (topology) file; convert it to ONNX")
  }
}
