import Foundation
import Yams

/// One YAML file as a tree of nodes with places.
package struct YAMLDocument: Sendable {
  /// The largest file that is read, in bytes.
  static let sizeLimit = 1 << 20
  /// The most nodes that a file may have.
  static let nodeLimit = 100_000
  /// The most duplicate keys that are looked for.
  static let duplicateLimit = 100

  /// The outermost value.
  package let root: YAMLNode

  /// Reads a file; duplicate keys and aliases go to the problems.
  ///
  /// - Throws: A file that cannot be read or is not YAML: one problem, because nothing can be said of the rest.
  package init(path: String, _ problems: inout YAMLProblems) throws(YAMLError) {
    var text = try Self.text(path: path)
    var masks: [Unicode.Scalar] = []
    while true {
      do {
        // Scalars stay text: the rules that guess their types would match every key with patterns.
        guard let node = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
        else {
          throw YAMLError(problems: ["\(path):1:1: file: the file is empty; write keys and values"])
        }
        var builder = YAMLTreeBuilder(masks: masks)
        root = builder.node(node, path: "", &problems)
        return
      } catch YamlError.duplicatedKeysInMapping(_, let context)
        where masks.count < Self.duplicateLimit
      {
        var masked = Array(text.unicodeScalars)
        let index = try Self.keyStart(context.mark, in: masked, path: path)
        masks.append(masked[index])
        masked[index] = YAMLTreeBuilder.mask(masks.count - 1)
        var joined = String.UnicodeScalarView()
        joined.append(contentsOf: masked)
        text = String(joined)
      } catch let error as YAMLError {
        throw error
      } catch {
        throw YAMLError(problems: [Self.line(of: error, path: path)])
      }
    }
  }

  private static func text(path: String) throws(YAMLError) -> String {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw YAMLError(problems: ["\(path): no such file; check the path"])
    }
    guard !isDirectory.boolValue, let handle = FileHandle(forReadingAtPath: path) else {
      throw YAMLError(problems: ["\(path): cannot be read as a file; check what it is"])
    }
    defer { try? handle.close() }
    guard let data = try? handle.read(upToCount: sizeLimit + 1) ?? Data() else {
      throw YAMLError(problems: ["\(path): cannot be read; check its permissions"])
    }
    guard data.count <= sizeLimit else {
      throw YAMLError(problems: ["\(path): is larger than 1 MiB; name a YAML file"])
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw YAMLError(problems: ["\(path): is not UTF-8 text; name a YAML file"])
    }
    return text
  }

  /// The index of the first character of the key at a mark, behind a quotation mark.
  private static func keyStart(
    _ mark: Mark, in text: [Unicode.Scalar], path: String
  ) throws(YAMLError) -> Int {
    let breaks: Set<Unicode.Scalar> = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"]
    var index = 0
    var line = 1
    while line < mark.line, index < text.count {
      let isPair = text[index] == "\r" && index + 1 < text.count && text[index + 1] == "\n"
      if breaks.contains(text[index]) && !isPair { line += 1 }
      index += 1
    }
    index += mark.column - 1
    if index < text.count, text[index] == "\"" || text[index] == "'" { index += 1 }
    guard index < text.count else {
      throw YAMLError(
        problems: ["\(path):\(mark.line):\(mark.column): file: a key is written twice; keep one"])
    }
    return index
  }

  private static func line(of error: any Error, path: String) -> String {
    guard let error = error as? YamlError else {
      return "\(path): is not YAML; check the file"
    }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return "\(path):\(mark.line):\(mark.column): file: is not YAML: \(problem); "
        + "check the indentation and the quotes here"
    case .reader(let problem, let offset, _, let yaml):
      let before = yaml.prefix(offset ?? 0)
      let line = before.count { $0.isNewline } + 1
      return "\(path):\(line):1: file: is not YAML: \(problem); remove the character"
    case .duplicatedKeysInMapping(let keys, let context):
      return "\(path):\(context.mark.line):\(context.mark.column): "
        + "\(keys.first ?? "file"): the key is written twice; keep one"
    case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
      return "\(path): is not YAML; check the file"
    }
  }
}
