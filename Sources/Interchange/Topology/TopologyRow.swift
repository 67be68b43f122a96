/// What a row of a topology is.
enum TopologyKind: String, CaseIterable {
  case input
  case conv
  case depthwise
  case fc
  case maxpool
  case avgpool
  case add
  case concat

  /// The columns that may be filled beside `name`, `kind` and `inputs`.
  var columns: Set<TopologyTable.Column> {
    let window: Set<TopologyTable.Column> = [
      .kernelHeight, .kernelWidth, .strideHeight, .strideWidth,
      .padTop, .padLeft, .padBottom, .padRight,
    ]
    switch self {
    case .input: return [.outChannels, .kernelHeight, .kernelWidth]
    case .conv: return window.union([.outChannels, .groups, .activation])
    case .depthwise: return window.union([.outChannels, .activation])
    case .fc: return [.outChannels, .activation]
    case .maxpool, .avgpool: return window.union([.activation])
    case .add, .concat: return [.activation]
    }
  }
}

/// The cells of one row read as numbers, with a note of everything that is wrong.
struct TopologyRow {
  /// The largest extent, stride or channel count.
  static let largest = 1_000_000

  let row: TopologyTable.Row
  private(set) var problems: [TopologyError.Problem] = []

  init(_ row: TopologyTable.Row) { self.row = row }

  /// Notes a problem of a cell.
  mutating func report(_ column: TopologyTable.Column?, _ text: String) {
    problems.append(
      TopologyError.Problem(line: row.line, column: column?.rawValue ?? "", text: text))
  }

  /// The kind, nil when unknown; cells that the kind does not use are reported.
  mutating func kind() -> TopologyKind? {
    guard let kind = TopologyKind(rawValue: row[.kind]) else {
      let kinds = TopologyKind.allCases.map(\.rawValue).joined(separator: ", ")
      report(.kind, "'\(Self.shown(row[.kind]))' is no kind of row; write one of \(kinds)")
      return nil
    }
    for column in TopologyTable.Column.allCases where !row[column].isEmpty {
      switch column {
      case .name, .kind: continue
      case .inputs where kind != .input: continue
      default:
        if !kind.columns.contains(column) {
          report(column, "does not apply to \(kind.rawValue); leave it empty")
        }
      }
    }
    return kind
  }

  /// The name, nil when it is not one.
  mutating func name() -> String? {
    let name = row[.name]
    let isValid = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
      }
    }
    guard !name.isEmpty, name.utf8.count <= 100, isValid else {
      report(.name, "'\(Self.shown(name))' is no name; write up to 100 letters, digits, _ - .")
      return nil
    }
    return name
  }

  /// A whole number of a cell, nil when it is not in the range.
  ///
  /// - Parameter fallback: the value of an empty cell; nil when it must be filled.
  mutating func number(
    _ column: TopologyTable.Column, atLeast lowest: Int = 1, else fallback: Int? = nil
  ) -> Int? {
    let text = row[column]
    if text.isEmpty, let fallback { return fallback }
    let isPlain = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    guard isPlain, let value = Int(text), (lowest...Self.largest).contains(value) else {
      let found = text.isEmpty ? "is empty" : "is '\(Self.shown(text))'"
      report(column, "\(found); write a whole number from \(lowest) to \(Self.largest)")
      return nil
    }
    return value
  }

  /// Text of unknown origin, fit for one line.
  static func shown(_ text: String) -> String {
    String(text.prefix(40).map { $0.isASCII && ($0.asciiValue ?? 0) >= 0x20 ? $0 : "?" })
  }
}
