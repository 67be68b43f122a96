/// The result of a sample, as long as the thread that ran the sample has it.
public struct OutputCodes {
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
}
