/// Integer codes in as few bytes as the widest of them needs: one byte each where all fit, else four.
///
/// Weights of 8 bits or fewer are most of what a network is; as `Int32` they would take four times their
/// size wherever they are kept. A value of codes has one form only, so that equal codes compare equal.
public struct CodeArray: Hashable, Sendable {
  /// The codes at their width.
  @usableFromInline
  enum Storage: Hashable, Sendable {
    case signed([Int8])
    case unsigned([UInt8])
    case words([Int32])
  }

  @usableFromInline
  let storage: Storage

  /// These codes.
  public init(_ codes: [Int32]) {
    var (lowest, highest) = (Int32.max, Int32.min)
    for code in codes {
      lowest = Swift.min(lowest, code)
      highest = Swift.max(highest, code)
    }
    if lowest >= Int32(Int8.min) && highest <= Int32(Int8.max) {
      storage = .signed(codes.map { Int8(truncatingIfNeeded: $0) })
    } else if lowest >= 0 && highest <= Int32(UInt8.max) {
      storage = .unsigned(codes.map { UInt8(truncatingIfNeeded: $0) })
    } else {
      storage = .words(codes)
    }
  }

  /// Codes that have one byte each already.
  public init(_ codes: [Int8]) { storage = .signed(codes) }

  /// Unsigned codes that have one byte each already.
  public init(_ codes: [UInt8]) {
    let isSmall = codes.allSatisfy { $0 <= UInt8(Int8.max) }
    storage = isSmall ? .signed(codes.map { Int8($0) }) : .unsigned(codes)
  }

  /// The codes as an array of words, made anew.
  public var words: [Int32] {
    switch storage {
    case .signed(let codes): codes.map { Int32($0) }
    case .unsigned(let codes): codes.map { Int32($0) }
    case .words(let codes): codes
    }
  }

  /// Element `i` is element `table[i]` of these codes.
  public func gathered(_ table: [Int]) -> CodeArray {
    switch storage {
    case .signed(let codes): CodeArray(table.map { codes[$0] })
    case .unsigned(let codes): CodeArray(table.map { codes[$0] })
    case .words(let codes): CodeArray(table.map { codes[$0] })
    }
  }
}

extension CodeArray {
  /// The bytes that the codes take.
  public var byteCount: Int {
    if case .words(let codes) = storage { codes.count * 4 } else { count }
  }
}

extension CodeArray: RandomAccessCollection {
  /// The position of the first code.
  @inlinable public var startIndex: Int { 0 }

  /// The number of codes.
  @inlinable
  public var endIndex: Int {
    switch storage {
    case .signed(let codes): codes.count
    case .unsigned(let codes): codes.count
    case .words(let codes): codes.count
    }
  }

  /// The code at a position.
  @inlinable
  public subscript(position: Int) -> Int32 {
    switch storage {
    case .signed(let codes): Int32(codes[position])
    case .unsigned(let codes): Int32(codes[position])
    case .words(let codes): codes[position]
    }
  }
}
