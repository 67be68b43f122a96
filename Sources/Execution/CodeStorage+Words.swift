extension StoredCodes {
  /// Whether each code is an `Int32`.
  var isWords: Bool { if case .words = self { true } else { false } }

  /// Writes `count` codes as words.
  func copy(to words: UnsafeMutablePointer<Int32>, count: Int) {
    switch self {
    case .bytes(let bytes, let lowest):
      ByteCodes.codes(bytes, lowest: Int(lowest), to: words, count: count)
    case .words(let source): words.update(from: source, count: count)
    }
  }

  /// The codes in an array.
  func array(count: Int) -> [Int32] {
    [Int32](unsafeUninitializedCapacity: count) { words, initialized in
      if let words = words.baseAddress { copy(to: words, count: count) }
      initialized = count
    }
  }
}

extension MutableStoredCodes {
  /// Whether each code is an `Int32`.
  var isWords: Bool { if case .words = self { true } else { false } }

  /// Takes over `count` codes, each of which is a code of the format.
  func fill(from words: UnsafePointer<Int32>, count: Int) {
    switch self {
    case .bytes(let bytes, let lowest):
      ByteCodes.bytes(words, lowest: Int(lowest), to: bytes, count: count)
    case .words(let target): target.update(from: words, count: count)
    }
  }
}
