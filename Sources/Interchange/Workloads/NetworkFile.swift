internal import Foundation
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

  /// The name of the network in a file: the file's without extension; the folder's when the file's is a
  /// word that says nothing, with the file's behind it when that is only a format.
  static func name(ofFileAt path: String) -> String {
    let url = URL(fileURLWithPath: path)
    let stem = url.deletingPathExtension().lastPathComponent
    let folder = url.deletingLastPathComponent().lastPathComponent
    guard !["", "/", "."].contains(folder) else { return stem }
    if ["float", "dequant", "model", "network"].contains(stem) { return folder }
    return ["int8", "uint8"].contains(stem) ? "\(folder)-\(stem)" : stem
  }
}
