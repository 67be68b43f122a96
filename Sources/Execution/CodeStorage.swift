internal import Networks

/// How the codes of a tensor lie in memory.
enum CodeStorage: Hashable, Sendable {
  /// A byte a code: the code less the lowest one of its format.
  case bytes(lowest: Int32)
  /// An `Int32` a code.
  case words

  /// Bytes for formats of 256 codes or fewer.
  init(_ quantization: ActivationQuantization) {
    let codes = quantization.codes
    self =
      codes.upperBound - codes.lowerBound <= 255
      ? .bytes(lowest: Int32(codes.lowerBound)) : .words
  }

  /// Whether each code is an `Int32`.
  var isWords: Bool { self == .words }

  /// The bytes of one code.
  var bytesPerCode: Int {
    switch self {
    case .bytes: 1
    case .words: 4
    }
  }

  /// Codes that lie at a place, to be read.
  func codes(at start: UnsafeMutableRawPointer) -> StoredCodes {
    switch self {
    case .bytes(let lowest):
      .bytes(UnsafePointer(start.assumingMemoryBound(to: UInt8.self)), lowest: lowest)
    case .words: .words(UnsafePointer(start.assumingMemoryBound(to: Int32.self)))
    }
  }

  /// `count` codes that are to be written to a place.
  func results(at start: UnsafeMutableRawPointer, count: Int) -> MutableStoredCodes {
    switch self {
    case .bytes(let lowest):
      .bytes(start.bindMemory(to: UInt8.self, capacity: count), lowest: lowest)
    case .words: .words(start.bindMemory(to: Int32.self, capacity: count))
    }
  }
}

/// The codes of one tensor of one sample, to be read: images channel-last.
enum StoredCodes {
  /// Codes less `lowest`.
  case bytes(UnsafePointer<UInt8>, lowest: Int32)
  case words(UnsafePointer<Int32>)
}

/// The codes of one tensor of one sample, to be written: images channel-last.
enum MutableStoredCodes {
  /// Codes less `lowest`.
  case bytes(UnsafeMutablePointer<UInt8>, lowest: Int32)
  case words(UnsafeMutablePointer<Int32>)
}
