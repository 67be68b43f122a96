public import Networks

/// The result of a sample, as long as the thread that ran the sample has it.
public struct OutputCodes {
  /// The quantization of the result.
  public let quantization: ActivationQuantization
  let order: ImageOrder
  let stored: StoredCodes

  /// The codes of a result.
  public var count: Int { order.count }

  /// The codes in ONNX axis order.
  public var codes: [Int32] { order.codes(stored) }

  /// Writes the codes in ONNX axis order.
  ///
  /// - Precondition: there is room for all of them.
  public func write(to buffer: UnsafeMutableBufferPointer<Int32>) {
    precondition(buffer.count >= count, "room for \(count) codes")
    if let start = buffer.baseAddress { order.load(stored, to: start) }
  }

  /// Writes the codes less the lowest one of the format in ONNX axis order.
  ///
  /// - Precondition: the format has 256 codes or fewer, and there is room for all of them.
  public func write(bytes buffer: UnsafeMutableBufferPointer<UInt8>) {
    precondition(buffer.count >= count, "room for \(count) bytes")
    precondition(
      quantization.codes.count <= 256, "codes of \(quantization.format) are no bytes")
    if let start = buffer.baseAddress {
      order.load(stored, lowest: Int32(quantization.codes.lowerBound), bytes: start)
    }
  }
}
