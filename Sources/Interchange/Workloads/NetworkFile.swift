public import Networks

/// Networks by the ending of their file.
public enum NetworkFile {
  /// The network of an ONNX file or a layer-shape topology.
  public static func network(at path: String) throws -> Network {
    if path.hasSuffix(".onnx") { return try ONNXFile.network(at: path) }
    if path.hasSuffix(".csv") { return try TopologyFile.network(at: path) }
    throw WorkloadError(
      file: path, problem: "a network is an .onnx file or a .csv topology; convert it to ONNX")
  }
}
