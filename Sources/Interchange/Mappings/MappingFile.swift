import Foundation
public import Mappings

/// Files with the mappings of layers: the text of a `MappingSheet`.
public enum MappingFile {
  /// The mappings in a file.
  ///
  /// - Throws: a `MappingError` for a line outside of layers, or a file that cannot be read.
  public static func sheet(at path: String) throws -> MappingSheet {
    guard let data = FileManager.default.contents(atPath: path),
      let text = String(data: data, encoding: .utf8)
    else { throw MappingFileError(path: path) }
    return try MappingSheet(text: text)
  }
}

/// Why a file of mappings cannot be read.
public struct MappingFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  public var path: String

  /// One line: place, rule, remedy.
  public var description: String {
    "mapping file \(path): cannot be read as text; check the path"
  }
}
