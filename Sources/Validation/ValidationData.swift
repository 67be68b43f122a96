public import Foundation
public import Devices
public import Interchange

/// The published figures and recorded outputs that targets compare with, in a folder beside the project.
public struct ValidationData: Sendable {
  /// The folder with `tables` and `costs`.
  public let folder: String
  /// The bundled devices, networks and topologies.
  public let bundled: BundledFiles

  /// The data in a folder.
  public init(folder: String, bundled: BundledFiles) {
    self.folder = folder
    self.bundled = bundled
  }

  /// Whether the folder is there.
  public var exists: Bool { FileManager.default.fileExists(atPath: folder + "/tables") }

  /// The text of a file of the folder.
  public func text(_ path: String) throws -> String {
    try String(contentsOfFile: folder + "/" + path, encoding: .utf8)
  }

  /// The bytes of a file of the folder.
  public func bytes(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder + "/" + path))
  }

  /// The rows of a CSV file by column name; lines that begin with `#` are comments.
  public func table(_ path: String) throws -> [ValidationRecord] {
    let lines = try text(path).split(whereSeparator: \.isNewline)
      .filter { !$0.hasPrefix("#") && !$0.isEmpty }
    guard let header = lines.first.map({ Self.fields(String($0)) }) else { return [] }
    return lines.dropFirst().map { line in
      let pairs = zip(header, Self.fields(String(line)))
      return ValidationRecord(path: path, fields: Dictionary(pairs) { first, _ in first })
    }
  }

  /// A bundled device.
  public func device(_ name: String) throws -> Device {
    try DeviceFile.device(name, in: bundled)
  }

  /// The fields of a line; quotes keep commas together.
  private static func fields(_ line: String) -> [String] {
    var fields = [""]
    var isQuoted = false
    for character in line {
      if character == "\"" {
        isQuoted.toggle()
      } else if character == ",", !isQuoted {
        fields.append("")
      } else {
        fields[fields.count - 1].append(character)
      }
    }
    return fields
  }
}

/// One row of a published table.
public struct ValidationRecord: Sendable {
  /// The file, for errors.
  var path: String
  var fields: [String: String]

  /// A field as text.
  public func text(_ column: String) throws -> String {
    guard let field = fields[column] else {
      throw ValidationProblem("\(path): no column \(column)")
    }
    return field
  }

  /// A field as a number.
  public func number(_ column: String) throws -> Double {
    let field = try text(column)
    guard let number = Double(field) else {
      throw ValidationProblem("\(path): \(column) is \"\(field)\", not a number")
    }
    return number
  }

  /// A field as an integer.
  public func integer(_ column: String) throws -> Int {
    let number = try number(column)
    guard let integer = Int(exactly: number) else {
      throw ValidationProblem("\(path): \(column) is \(number), not an integer")
    }
    return integer
  }
}

/// Why a target cannot be compared, in one line.
public struct ValidationProblem: Error, CustomStringConvertible {
  /// The line.
  public var description: String

  /// A problem.
  public init(_ description: String) { self.description = description }
}
