/// Proposals for misspelt words.
enum Suggestion {
  /// The nearest of the known words, or nil when none is near.
  static func nearest(to word: String, among known: [String]) -> String? {
    let limit = max(1, min(3, word.count / 3))
    return
      known
      .map { (word: $0, distance: distance(word.lowercased(), $0.lowercased())) }
      .filter { $0.distance <= limit }
      .min { $0.distance < $1.distance }?
      .word
  }

  /// A remedy for a misspelt word: the nearest known word, if any, and all known words.
  static func remedy(for word: String, among known: [String], listing verb: String) -> String {
    let list = "\(verb) \(known.joined(separator: ", "))"
    guard let nearest = nearest(to: word, among: known) else { return list }
    return "did you mean \"\(nearest)\"? \(list)"
  }

  /// The Levenshtein distance: insertions, deletions and replacements.
  ///
  /// - Complexity: O(n m); words are cut to 64 characters.
  static func distance(_ left: String, _ right: String) -> Int {
    let (a, b) = (Array(left.prefix(64)), Array(right.prefix(64)))
    var row = Array(0...b.count)
    for (i, character) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in b.enumerated() {
        let replaced = diagonal + (character == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
