import Devices

extension LegalMapping {
  /// The mapping for people: one line a memory level and one for the array, outermost first.
  ///
  /// `k 4x16` is a loop over output channels with 4 iterations of 16 each; a `~` marks a last block
  /// that is smaller.
  public var text: String {
    let width = (levelNames + ["array"]).map(\.count).max() ?? 0
    var lines: [String] = []
    var position = 0
    func take(_ count: Int) -> String {
      defer { position += count }
      let words = (position..<position + count).compactMap(loopText)
      return words.isEmpty ? "-" : words.joined(separator: ", ")
    }
    func append(_ name: String, _ text: String) {
      lines.append(name + String(repeating: " ", count: width - name.count) + "  " + text)
    }
    func appendArray() {
      let rows = take(mapping.rows.count)
      append("array", "rows \(rows); columns \(take(mapping.columns.count))")
    }
    var isArrayDone = false
    for (index, name) in levelNames.enumerated() {
      if nest.levels[index].isPerUnit, !isArrayDone {
        appendArray()
        isArrayDone = true
      }
      append(name, take(mapping.temporal[index].count))
    }
    if !isArrayDone { appendArray() }
    return lines.joined(separator: "\n")
  }

  private func loopText(_ position: Int) -> String? {
    let loop = nest.loops[position]
    let around = nest.extent(loop.axis, depth: position)
    let count = (around + loop.tile - 1) / loop.tile
    guard count > 1 else { return nil }
    let ragged = around % loop.tile == 0 ? "" : "~"
    return "\(loop.axis.letter) \(count)x\(loop.tile)\(ragged)"
  }
}
