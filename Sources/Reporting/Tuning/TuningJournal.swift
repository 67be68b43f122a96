public import Exploration
internal import Foundation

/// The candidates that a search has evaluated, a line each, so that it can be taken up again.
///
/// The first line says which search it is. A line that was cut off by a crash is left out; what it held is
/// evaluated again.
public struct TuningJournal: Sendable {
  /// The name of the file in its folder.
  public static let fileName = "journal.jsonl"

  /// What decides the candidates and their figures, as words by name.
  public typealias Search = [String: String]

  private struct Header: Codable {
    var journal = "widthwise tune"
    var schema = 1
    var search: Search
  }

  /// The file.
  public let path: String
  /// What an earlier run of the same search evaluated.
  public let records: [TuningRecord]

  /// The journal of a folder: taken up, or begun.
  ///
  /// - Parameter resumes: whether a journal that is there is taken up; otherwise it is refused.
  /// - Throws: `ReportError` where it belongs to another search, is there already, or cannot be written.
  public init(folder: String, search: Search, resumes: Bool) throws(ReportError) {
    let file = URL(fileURLWithPath: folder).appendingPathComponent(Self.fileName)
    path = file.path
    guard let data = FileManager.default.contents(atPath: path) else {
      records = []
      try Self.attempt(path) {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true)
        try (JSONEncoder.sorted.encode(Header(search: search)) + [10]).write(
          to: file, options: .atomic)
      }
      return
    }
    guard resumes else {
      throw ReportError(
        path: path,
        reason: .journal(
          "holds a search already; take it up with --resume, or choose another folder"))
    }
    let lines = data.split(separator: 10, omittingEmptySubsequences: true)
    guard let first = lines.first,
      let header = try? JSONDecoder().decode(Header.self, from: first)
    else {
      throw ReportError(
        path: path,
        reason: .journal(
          "is not a journal of a search; remove it, or choose another folder"))
    }
    let differing = Set(header.search.keys).union(search.keys).sorted().filter {
      header.search[$0] != search[$0]
    }
    // Contents of files are too long for a message: what else differs is said first.
    func isFile(_ name: String) -> Bool {
      [header.search[name], search[name]].contains { $0?.contains("\n") ?? false }
    }
    if let name = differing.first(where: { !isFile($0) }) ?? differing.first {
      let difference =
        isFile(name)
        ? "the \(name) has changed"
        : "\(name) was \(header.search[name] ?? "not given"), now \(search[name] ?? "not given")"
      throw ReportError(
        path: path,
        reason: .journal(
          "is of another search: \(difference); give the same options, or choose another folder"))
    }
    records = lines.dropFirst().compactMap {
      try? JSONDecoder().decode(TuningRecord.self, from: $0)
    }
    // A line that was cut off must not be continued.
    if data.last != 10 { try append(bytes: Data([10])) }
  }

  /// Adds a candidate.
  public func append(_ record: TuningRecord) throws(ReportError) {
    guard let line = try? JSONEncoder.sorted.encode(record) else {
      throw ReportError(
        path: path,
        reason: .journal(
          "a figure of a candidate is not a finite number"))
    }
    try append(bytes: line + [10])
  }

  private func append(bytes: Data) throws(ReportError) {
    try Self.attempt(path) {
      let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      try handle.seekToEnd()
      try handle.write(contentsOf: bytes)
    }
  }

  private static func attempt(_ path: String, _ body: () throws -> Void) throws(ReportError) {
    do {
      try body()
    } catch {
      throw ReportError(
        path: path, reason: .system(action: "write", message: error.localizedDescription))
    }
  }
}

extension JSONEncoder {
  fileprivate static var sorted: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return encoder
  }
}
