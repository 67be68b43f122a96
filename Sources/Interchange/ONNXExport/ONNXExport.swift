internal import Foundation
public import Networks
internal import SwiftProtobuf

/// The dialects of ONNX that a quantized network can be written in.
public enum ONNXDialect: String, Hashable, Sendable, CaseIterable {
  /// QuantizeLinear and DequantizeLinear around float operators: ONNX Runtime and most deployment tools.
  case qdq
  /// Quant, BipolarQuant and MultiThreshold nodes: Brevitas, FINN, hls4ml.
  case qonnx
}

/// Why a quantized network cannot be written.
public struct ONNXExportError: Error, CustomStringConvertible, Hashable {
  /// One line: place, rule, remedy.
  public let description: String

  init(layer: String, _ text: String) { description = "layer '\(layer)': \(text)" }

  init(_ text: String) { description = text }
}

/// Quantized networks as ONNX files, with the same integer weights, scales and zero points.
public enum ONNXExport {
  /// The bytes of a file.
  ///
  /// The input and the output are float32; the batch axis is free in neither dialect: one sample.
  ///
  /// - Throws: `ONNXExportError` for a layer that the dialect cannot say.
  public static func bytes(
    of network: QuantizedNetwork, dialect: ONNXDialect
  ) throws(ONNXExportError) -> [UInt8] {
    var writer = ONNXWriter(network: network, dialect: dialect)
    let model: Onnx_ModelProto
    switch dialect {
    case .qdq: model = try writer.quantizeDequantizeModel()
    case .qonnx: model = try writer.quantModel()
    }
    var options = BinaryEncodingOptions()
    options.useDeterministicOrdering = true
    do {
      return [UInt8](try model.serializedData(partial: false, options: options))
    } catch {
      throw ONNXExportError("the network is too large for one ONNX file (2 GiB)")
    }
  }
}

extension ONNXExport {
  /// Writes a file; nothing is left behind on failure.
  public static func write(
    _ network: QuantizedNetwork, dialect: ONNXDialect, to path: String
  ) throws(ONNXExportError) {
    let bytes = try bytes(of: network, dialect: dialect)
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    if let type = attributes?[.type] as? FileAttributeType, type != .typeRegular {
      throw ONNXExportError("\(path): exists and is not a regular file; name another one")
    }
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw ONNXExportError(
        "\(path): cannot be written; check that its folder exists and may be written to")
    }
  }
}
