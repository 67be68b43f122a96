import Devices

extension LegalMapping {
  /// The mapping for people: one line a memory level and one for the array, outermost first.
  ///
  /// `k 4x16` is a loop over output channels with 4 iterations of 16 each; a `~` marks a last block
  /// that is smaller.
  public var text: String {
    var stops: [(position: Int, name: String)] = []
    for (name, depths) in zip(levelNames, mapping.depths) {
      let held = Operand.allCases.filter { depths[$0] != nil }
      let positions = Set(held.compactMap { depths[$0] }).sorted()
      for position in positions {
        let here = held.filter { depths[$0] == position }.map(\.rawValue)
        let names = positions.count > 1 ? " (\(here.joined(separator: ", ")))" : ""
        stops.append((position, name + names))
      }
    }
    // Levels that hold other operands may lie further out in the nest than those listed before them.
    stops = stops.enumerated().sorted {
      ($0.element.position, $0.offset) < ($1.element.position, $1.offset)
    }.map(\.element)
    let space = nest.loops.firstIndex(where: \.isSpatial) ?? nest.arrayDepth
    let place = stops.firstIndex { $0.position > space } ?? stops.count
    let isUnitAtSpace =
      stops.prefix(place).last?.position == space
      && nest.levels.last?.isPerUnit == true && nest.loops.allSatisfy { !$0.isSpatial }
    stops.insert((space, "array"), at: isUnitAtSpace ? place - 1 : place)
    let width = stops.map(\.name.count).max() ?? 0
    var lines: [String] = []
    for (index, stop) in stops.enumerated() {
      let end = index + 1 < stops.count ? stops[index + 1].position : nest.loops.count
      func words(_ place: LoopPlace) -> String {
        let words = (stop.position..<end).filter { mapping.loops[$0].place == place }
          .compactMap(loopText)
        return words.isEmpty ? "-" : words.joined(separator: ", ")
      }
      let padding = String(repeating: " ", count: width - stop.name.count)
      let text =
        stop.name == "array"
        ? "rows \(words(.rows)); columns \(words(.columns))" : words(.time)
      lines.append(stop.name + padding + "  " + text)
    }
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
