internal import Foundation
internal import SwiftProtobuf
public import Tensors

/// A tensor of its own in the ONNX format: a `.pb` file as `onnx.save_tensor` writes it.
///
/// It can be bound to an input of a graph (`ONNXOptions.constants`).
public struct ONNXTensor: Sendable {
  /// The name in the file, which may be empty.
  public let name: String
  /// The number of the element type in the format: 1 is float, 3 int8, 7 int64, 11 double.
  public let elementType: Int
  let constant: ONNXConstant

  /// A float tensor of these numbers.
  public init(_ tensor: Tensor<Float>, name: String = "") {
    self.name = name
    elementType = ONNXElementType.float.rawValue
    constant = .real(tensor)
  }

  private init(_ proto: Onnx_TensorProto) throws(ONNXProblem) {
    name = proto.name
    elementType = Int(proto.dataType)
    var none = ONNXExternalData(directory: nil)
    constant = try ONNXConstant(proto, externalData: &none)
  }

  /// The tensor in a file.
  ///
  /// - Throws: `ONNXError` with one line when the file is no tensor of numbers that can be read.
  public static func read(at path: String) throws(ONNXError) -> ONNXTensor {
    do throws(ONNXProblem) {
      let bytes = try ONNXBytes.read(path)
      var options = BinaryDecodingOptions()
      options.discardUnknownFields = true
      guard let proto = try? Onnx_TensorProto(serializedBytes: bytes, options: options) else {
        throw ONNXProblem("is not an ONNX tensor (its protocol buffer does not parse)")
      }
      return try ONNXTensor(proto)
    } catch {
      throw ONNXError(path: path, reason: error.text)
    }
  }

  /// The extents; without axes for a scalar.
  public var shape: Shape { constant.shape }

  /// Whether the elements are real numbers in the format, not integers or booleans.
  public var isReal: Bool { constant.integers == nil }

  /// The elements, row-major, as real numbers.
  public var elements: [Float] { constant.floats }
}
