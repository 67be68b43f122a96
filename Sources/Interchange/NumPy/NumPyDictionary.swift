/// A reader of the one Python dictionary that a `.npy` header may hold.
///
/// Grammar: `{'descr': STRING, 'fortran_order': True|False, 'shape': (N, N, ...)}` in any order, with an
/// optional last comma, then spaces and a line end. Nothing else of Python is understood.
struct NumPyDictionary {
  /// The three entries.
  struct Entries {
    var descriptor: String
    var isFortranOrder: Bool
    var extents: [Int]
  }

  private let text: [UInt8]
  private var position = 0

  init(_ text: [UInt8]) { self.text = text }

  /// Reads the whole dictionary.
  mutating func entries() throws(NumPyHeaderProblem) -> Entries {
    var descriptor: String?
    var isFortranOrder: Bool?
    var extents: [Int]?
    try expect("{")
    while !accept("}") {
      let key = try string()
      try expect(":")
      switch key {
      case "descr" where descriptor == nil: descriptor = try element()
      case "fortran_order" where isFortranOrder == nil: isFortranOrder = try boolean()
      case "shape" where extents == nil: extents = try tuple()
      case "descr", "fortran_order", "shape": throw problem("the key '\(key)' comes twice")
      default: throw problem("the key '\(key.prefix(20))' is none of descr, fortran_order, shape")
      }
      if !accept(",") {
        try expect("}")
        break
      }
    }
    skipSpace()
    guard position == text.count else { throw problem("text follows the dictionary") }
    guard let descriptor else { throw problem("the key 'descr' is missing") }
    guard let isFortranOrder else { throw problem("the key 'fortran_order' is missing") }
    guard let extents else { throw problem("the key 'shape' is missing") }
    return Entries(descriptor: descriptor, isFortranOrder: isFortranOrder, extents: extents)
  }

  /// The code of the element type; a list instead of a string is a record.
  private mutating func element() throws(NumPyHeaderProblem) -> String {
    skipSpace()
    if peek == UInt8(ascii: "[") { throw NumPyHeaderProblem(.elementType("record")) }
    return try string()
  }

  private mutating func boolean() throws(NumPyHeaderProblem) -> Bool {
    skipSpace()
    for (word, value) in [("True", true), ("False", false)]
    where text[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw problem("'fortran_order' is neither True nor False")
  }

  private mutating func tuple() throws(NumPyHeaderProblem) -> [Int] {
    var extents: [Int] = []
    try expect("(")
    while !accept(")") {
      extents.append(try natural())
      if !accept(",") {
        try expect(")")
        break
      }
    }
    return extents
  }

  private mutating func natural() throws(NumPyHeaderProblem) -> Int {
    skipSpace()
    let digits = text[position...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard !digits.isEmpty else { throw problem("'shape' is not a tuple of whole numbers") }
    guard let value = Int(String(decoding: digits, as: UTF8.self)) else {
      throw NumPyHeaderProblem(.tooManyElements)
    }
    position = digits.endIndex
    // Python 2 marked long integers: (3L, 4L).
    if peek == UInt8(ascii: "L") { position += 1 }
    return value
  }

  private mutating func string() throws(NumPyHeaderProblem) -> String {
    skipSpace()
    guard let quote = peek, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""),
      let end = text[(position + 1)...].firstIndex(of: quote)
    else { throw problem("a quoted string was expected") }
    let content = text[(position + 1)..<end]
    guard !content.contains(UInt8(ascii: "\\")) else { throw problem("a string has an escape") }
    position = end + 1
    return String(decoding: content, as: UTF8.self)
  }

  private var peek: UInt8? { position < text.count ? text[position] : nil }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x09 { position += 1 }
  }

  private mutating func accept(_ symbol: Unicode.Scalar) -> Bool {
    skipSpace()
    guard peek == UInt8(ascii: symbol) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ symbol: Unicode.Scalar) throws(NumPyHeaderProblem) {
    if !accept(symbol) { throw problem("'\(symbol)' was expected at byte \(position)") }
  }

  private func problem(_ text: String) -> NumPyHeaderProblem { NumPyHeaderProblem(.header(text)) }
}
