/// A JSON value whose objects keep the order in which their keys were written.
///
/// Small and ordered, so that reports read from top to bottom and are the same byte for byte.
indirect enum JSONValue {
  case object([(key: String, value: JSONValue)])
  case array([JSONValue])
  case string(String)
  case integer(Int)
  /// A real number in the fewest digits that read back as the same number; null when not finite.
  case number(Double)
  case boolean(Bool)

  /// The widest line that holds a whole object or array.
  private static let lineWidth = 100

  /// The text of a file: pretty, with a line feed at the end.
  var fileText: String {
    var text = ""
    write(to: &text, indent: 0, keyWidth: 0)
    return text + "\n"
  }

  /// The text on one line.
  private var compact: String {
    switch self {
    case .object(let members):
      if members.isEmpty { return "{}" }
      let inner = members.map { "\(Self.quoted($0.key)): \($0.value.compact)" }
      return "{ " + inner.joined(separator: ", ") + " }"
    case .array(let elements):
      return "[" + elements.map(\.compact).joined(separator: ", ") + "]"
    case .string(let text): return Self.quoted(text)
    case .integer(let value): return String(value)
    case .number(let value): return value.isFinite ? value.description : "null"
    case .boolean(let value): return value ? "true" : "false"
    }
  }

  /// Whether there is an object or an array inside an object.
  private var isNested: Bool {
    switch self {
    case .object(let members): members.contains { $0.value.isContainer }
    case .array(let elements): elements.contains { $0.isNested }
    case .string, .integer, .number, .boolean: false
    }
  }

  private var isContainer: Bool {
    switch self {
    case .object, .array: true
    case .string, .integer, .number, .boolean: false
    }
  }

  /// - Parameters:
  ///   - keyWidth: the places that the key before it takes on the line.
  private func write(to text: inout String, indent: Int, keyWidth: Int) {
    if !isNested {
      let line = compact
      // One more place is for a comma.
      if !isContainer || indent + keyWidth + line.utf8.count + 1 <= Self.lineWidth {
        text += line
        return
      }
    }
    let inner = String(repeating: " ", count: indent + 2)
    switch self {
    case .object(let members):
      text += "{"
      for (index, member) in members.enumerated() {
        let key = Self.quoted(member.key) + ": "
        text += (index == 0 ? "\n" : ",\n") + inner + key
        member.value.write(to: &text, indent: indent + 2, keyWidth: key.utf8.count)
      }
      text += "\n" + inner.dropLast(2) + "}"
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        text += (index == 0 ? "\n" : ",\n") + inner
        element.write(to: &text, indent: indent + 2, keyWidth: 0)
      }
      text += "\n" + inner.dropLast(2) + "]"
    case .string, .integer, .number, .boolean:
      text += compact
    }
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if scalar.value < 0x20 {
          let digits = String(scalar.value, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
  init(stringLiteral text: String) { self = .string(text) }
  init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
}

/// Collects the members of an object; absent values leave no key.
struct JSONObject {
  private var members: [(key: String, value: JSONValue)] = []

  var value: JSONValue { .object(members) }

  mutating func add(_ key: String, _ value: JSONValue?) {
    if let value { members.append((key, value)) }
  }

  mutating func add(_ key: String, _ value: String?) { add(key, value.map(JSONValue.string)) }
  mutating func add(_ key: String, _ value: Int?) { add(key, value.map(JSONValue.integer)) }
  mutating func add(_ key: String, _ value: Double?) { add(key, value.map(JSONValue.number)) }
  mutating func add(_ key: String, _ value: Bool) { add(key, JSONValue.boolean(value)) }
}
