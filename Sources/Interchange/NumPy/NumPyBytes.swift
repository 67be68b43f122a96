/// The bytes of a `.npy` image: in memory, or in a file that is read a range at a time.
enum NumPyBytes: Sendable {
  case memory([UInt8])
  case file(OpenFile)

  /// The size of the image.
  var count: Int {
    switch self {
    case .memory(let bytes): bytes.count
    case .file(let file): file.size
    }
  }

  /// Calls a function with the bytes of a range.
  ///
  /// - Precondition: the file is as long as it was when it was opened, and can still be read.
  func withBytes<Result>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    switch self {
    case .memory(let bytes):
      return bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    case .file(let file):
      return withUnsafeTemporaryAllocation(byteCount: range.count, alignment: 8) { buffer in
        guard file.read(from: range.lowerBound, into: buffer) == range.count else {
          preconditionFailure("a file of samples stays as it is while it is used")
        }
        return body(UnsafeRawBufferPointer(buffer))
      }
    }
  }
}
