public import Devices

extension Mapping {
  /// The mapping that a text describes, in the form of `LegalMapping.text`.
  ///
  /// Empty lines are skipped, and what follows a `#`. The counts of loops must fit the layer; whether the mapping is legal
  /// is not checked.
  ///
  /// - Parameter line: the number of the first line, for errors.
  /// - Throws: the first line that cannot be read.
  public init(
    text: String, line: Int = 1, of work: LayerWork, on device: Device
  ) throws(MappingError) {
    var reader = MappingReader(work: work, device: device)
    for (offset, content) in text.split(separator: "\n", omittingEmptySubsequences: false)
      .enumerated()
    {
      reader.line = line + offset
      try reader.read(MappingText.stripped(content))
    }
    try reader.checkLevels()
    self.init(loops: reader.loops, depths: reader.depths)
  }
}

/// Reads the lines of a mapping.
private struct MappingReader {
  let work: LayerWork
  let device: Device
  var line = 1
  var loops: [MappingLoop] = []
  var depths: [PerOperand<Int?>]
  /// The levels that had a line.
  private var seen: Set<Int> = []

  init(work: LayerWork, device: Device) {
    self.work = work
    self.device = device
    depths = device.memories.map { _ in PerOperand<Int?>(repeating: nil) }
  }

  private func error(_ rule: String, _ remedy: String) -> MappingError {
    MappingError(layer: work.name, reason: .text(line: line, rule: rule, remedy: remedy))
  }

  mutating func read(_ text: Substring) throws(MappingError) {
    guard !text.isEmpty else { return }
    guard let (name, rest) = MappingText.name(text) else {
      throw error("a quote is not closed", "end the name with \"")
    }
    if name == MappingText.array, text.first != "\"" {
      for segment in rest.split(separator: ";") {
        let part = MappingText.trimmed(segment)
        let word = part.prefix { !$0.isWhitespace }
        guard let place = LoopPlace(rawValue: String(word)) else {
          throw error(
            "\"\(word)\" is no place for loops", "write e.g. array rows c 4x1; columns k 4x1")
        }
        try add(MappingText.trimmed(part[word.endIndex...]), place)
      }
      return
    }
    guard let level = device.memories.firstIndex(where: { $0.name == name }) else {
      let names = device.memories.map { MappingText.quoted($0.name) }.joined(separator: ", ")
      throw error("the device has no level \"\(name)\"", "write one of array, \(names)")
    }
    var body = rest
    var operands = Operand.allCases.filter(device.memories[level].operands.contains)
    if rest.first == "(" {
      guard let end = rest.firstIndex(of: ")") else {
        throw error("a bracket is not closed", "write e.g. \(name) (weights, inputs)")
      }
      operands = try self.operands(rest[rest.index(after: rest.startIndex)..<end])
      body = MappingText.trimmed(rest[rest.index(after: end)...])
    } else if seen.contains(level) {
      throw error(
        "the level \(name) has a line already", "name the operands: \(name) (weights)")
    }
    for operand in operands {
      guard depths[level][operand] == nil else {
        throw error(
          "\(name) holds \(operand.rawValue) already", "name each operand of a level once")
      }
      depths[level][operand] = loops.count
    }
    seen.insert(level)
    try add(body, .time)
  }

  private func operands(_ text: Substring) throws(MappingError) -> [Operand] {
    let names = text.split(separator: ",").map { String(MappingText.trimmed($0)) }
    if names == ["none"] { return [] }
    var operands: [Operand] = []
    for name in names {
      guard let operand = Operand(rawValue: name) else {
        throw error("\"\(name)\" is no operand", "write some of weights, inputs, outputs, or none")
      }
      operands.append(operand)
    }
    guard !operands.isEmpty else {
      throw error("the brackets are empty", "write (none) for a level that everything passes by")
    }
    return operands
  }

  /// Adds loops separated by commas; a dash stands for none.
  private mutating func add(_ text: Substring, _ place: LoopPlace) throws(MappingError) {
    if text == "-" || text.isEmpty { return }
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      try addLoop(MappingText.trimmed(word), place)
    }
  }

  private mutating func addLoop(_ text: Substring, _ place: LoopPlace) throws(MappingError) {
    let form = error("\"\(text)\" is not a loop", "write e.g. k 4x16: 4 iterations of 16 channels")
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 2 else { throw form }
    guard let axis = LoopAxis.allCases.first(where: { $0.letter == words[0] }) else {
      let letters = LoopAxis.allCases.map(\.letter).joined(separator: ", ")
      throw error("there are no loops over \"\(words[0])\"", "write one of \(letters)")
    }
    var size = words[1]
    if size.last == "~" { size.removeLast() }
    let numbers = size.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let count = numbers[0], let tile = numbers[1], tile >= 1 else {
      throw form
    }
    var around = work.bounds[axis]
    for loop in loops where loop.axis == axis { around = min(around, loop.tile) }
    let blocks = (around + tile - 1) / tile
    guard count == blocks else {
      let ragged = around % tile == 0 ? "" : "~"
      throw error(
        "\(text): \(around) around this loop is \(blocks) times \(tile)",
        "write \(axis.letter) \(blocks)x\(tile)\(ragged), or change the loops around it")
    }
    loops.append(MappingLoop(axis, tile: tile, place: place))
  }

  /// Every level of the device has a line.
  func checkLevels() throws(MappingError) {
    guard let missing = device.memories.indices.first(where: { !seen.contains($0) }) else { return }
    let name = MappingText.quoted(device.memories[missing].name)
    throw error(
      "the level \(name) has no line", "add one, or \"\(name) (none)\" to let everything pass by it"
    )
  }
}
