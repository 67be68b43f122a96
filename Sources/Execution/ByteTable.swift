internal import CKernels

/// Codes through a table on bytes, each its code less the lowest of its format.
package struct ByteTable: Sendable {
  private let bytes: [UInt8]

  /// A table of output codes, the input's lowest code first; nil where they are no bytes.
  ///
  /// - Parameter lowest: the lowest code of the output's format.
  package init?(_ codes: [Int32], lowest: Int) {
    guard codes.count <= 256 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 256)
    for (index, code) in codes.enumerated() {
      guard let byte = UInt8(exactly: Int(code) - lowest) else { return nil }
      bytes[index] = byte
    }
    self.bytes = bytes
  }

  /// Looks up `count` bytes; source and target may be the same.
  package func run(
    _ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, count: Int
  ) {
    ww_look_up_bytes(bytes, source, target, Int64(count))
  }
}

/// Codes as bytes, each the code less the lowest of its format, and back.
package enum ByteCodes {
  /// The codes of bytes.
  package static func codes(
    _ bytes: UnsafePointer<UInt8>, lowest: Int, to codes: UnsafeMutablePointer<Int32>, count: Int
  ) {
    ww_codes_of_bytes(bytes, Int32(lowest), codes, Int64(count))
  }

  /// The bytes of codes.
  package static func bytes(
    _ codes: UnsafePointer<Int32>, lowest: Int, to bytes: UnsafeMutablePointer<UInt8>, count: Int
  ) {
    ww_bytes_of_codes(codes, Int32(lowest), bytes, Int64(count))
  }
}
