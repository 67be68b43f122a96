internal import Foundation
public import Networks
internal import SwiftProtobuf

/// Files of the Open Neural Network Exchange format: operator sets 9 to 27, one input, float weights.
///
/// The network is for one sample: the first axis of the input becomes 1 whatever the file says. Of
/// several outputs the first is computed and the others are left out. `ONNXOptions` chooses
/// otherwise. Chains of constants (Shape, Gather, Cast, …) are folded. Nothing is allocated from a
/// declared size before that many bytes have been seen.
///
/// - Source: ONNX operator specification, <https://onnx.ai/onnx/operators/>.
public enum ONNXFile {
  /// The network in a file; external weights are read from beside it.
  ///
  /// It is named after the file, or after the folder when the file is called `float`,
  /// `dequant`, `model` or `network`.
  ///
  /// - Throws: `ONNXError` with one line: the path, the node with its operator and operator set if one
  ///   is at fault, the rule, the remedy.
  public static func network(
    at path: String, options: ONNXOptions = ONNXOptions()
  ) throws(ONNXError) -> Network {
    let (bytes, directory) = try ONNXBytes.file(at: path)
    return try network(
      from: bytes, path: path, externalDataDirectory: directory, options: options)
  }

  /// The network in the bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - path: names the network and begins the errors; nothing is read there.
  ///   - externalDataDirectory: where external weights are; without one they are refused.
  ///   - options: what inputs and outputs mean.
  public static func network(
    from bytes: [UInt8], path: String, externalDataDirectory: String? = nil,
    options: ONNXOptions = ONNXOptions()
  ) throws(ONNXError) -> Network {
    do throws(ONNXProblem) {
      var model = try model(from: bytes)
      let operatorSets = try operatorSets(of: model)
      var graph = ONNXGraph(
        operatorSets: operatorSets, options: options,
        externalData: ONNXExternalData(directory: externalDataDirectory),
        foldingBudget: ONNXGraph.baseFoldingBudget + bytes.count)
      var nodes = model.graph
      model = Onnx_ModelProto()
      return try graph.network(of: &nodes, name: name(ofFileAt: path))
    } catch {
      throw ONNXError(path: path, reason: error.text)
    }
  }

  static func model(from bytes: [UInt8]) throws(ONNXProblem) -> Onnx_ModelProto {
    if bytes.isEmpty { throw ONNXProblem("the file is empty; export the network again") }
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    let model: Onnx_ModelProto
    do {
      model = try Onnx_ModelProto(serializedBytes: bytes, options: options)
    } catch {
      throw ONNXProblem(
        "is not an ONNX file, or is cut short (its protocol buffer does not parse); export it again"
      )
    }
    guard model.hasGraph, !model.graph.node.isEmpty else {
      throw ONNXProblem("is not an ONNX file with a graph of nodes; export the network again")
    }
    return model
  }

  /// The operator set of each domain; the default domain is the empty string.
  static func operatorSets(
    of model: Onnx_ModelProto
  ) throws(ONNXProblem) -> [String: Int] {
    var sets: [String: Int] = [:]
    for entry in model.opsetImport {
      sets[entry.domain == "ai.onnx" ? "" : entry.domain] = Int(entry.version)
    }
    guard let main = sets[""] else {
      throw ONNXProblem("names no operator set (opset_import); export it again with opset 9 to 27")
    }
    guard ONNXNode.operatorSets.contains(main) else {
      throw ONNXProblem(
        "operator set \(main) is not supported; convert it to one of 9 to 27 with "
          + "onnx.version_converter")
    }
    return sets
  }

  /// The file's name without extension, or its folder's when it is a word that says nothing.
  static func name(ofFileAt path: String) -> String { NetworkFile.name(ofFileAt: path) }
}

/// Bytes of regular files, with a limit.
enum ONNXBytes {
  /// A protocol buffer cannot be larger than 2 GiB.
  static let limit = 1 << 31

  /// All bytes of a file, and the folder beside which its external weights are.
  static func file(at path: String) throws(ONNXError) -> (bytes: [UInt8], directory: String) {
    do throws(ONNXProblem) {
      return (try read(path), directory(of: path))
    } catch {
      throw ONNXError(path: path, reason: error.text)
    }
  }

  /// The folder that a file is in.
  static func directory(of path: String) -> String {
    URL(fileURLWithPath: path).deletingLastPathComponent().path
  }

  /// All bytes of a regular file.
  static func read(_ path: String) throws(ONNXProblem) -> [UInt8] {
    let size = try size(path)
    guard size < limit else {
      throw ONNXProblem(
        "has \(size) bytes; an ONNX file has less than 2 GiB, keep weights beside it")
    }
    guard let bytes = try? RegularFile.read(path) else {
      throw ONNXProblem("cannot be read; check its permissions")
    }
    return bytes
  }

  /// The size of a regular file.
  static func size(_ path: String) throws(ONNXProblem) -> Int {
    let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: resolved) else {
      throw ONNXProblem("there is no such file, or it cannot be opened; check the path")
    }
    guard attributes[.type] as? FileAttributeType == .typeRegular,
      let size = (attributes[.size] as? NSNumber)?.intValue
    else { throw ONNXProblem("is not a regular file; give the path of an ONNX file") }
    return size
  }
}
