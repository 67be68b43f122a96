/// Reads a spelling from left to right.
struct SpellingReader {
  /// What is not read yet.
  private(set) var rest: Substring

  /// A reader at the start of a text.
  init(_ text: String) { rest = text[...] }

  /// Whether all is read.
  var isAtEnd: Bool { rest.isEmpty }

  /// Steps over a text that comes next; false where another does.
  mutating func take(_ text: String) -> Bool {
    guard rest.hasPrefix(text) else { return false }
    rest = rest.dropFirst(text.count)
    return true
  }

  /// Steps over up to nine decimal digits; nil where none or more come next.
  mutating func number() -> Int? {
    let digits = rest.prefix { ("0"..."9").contains($0) }
    guard digits.count < 10, let number = Int(digits) else { return nil }
    rest = rest.dropFirst(digits.count)
    return number
  }
}
