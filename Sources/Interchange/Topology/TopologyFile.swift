public import Networks

/// Reads the layer shapes of a network without weights from a table of comma-separated values.
///
/// The format is described in `traces/topologies/README.md`. A row becomes a layer of its name; its
/// activation a layer `NAME_activation`; a fully connected layer is preceded by `NAME_flatten`.
public enum TopologyFile {
  /// The network of a topology file, named after the file; weights are absent, biases zero.
  ///
  /// - Throws: `TopologyError` with all problems of the file.
  public static func network(at path: String) throws(TopologyError) -> Network {
    let bytes: [UInt8]
    do throws(RegularFile.Failure) {
      bytes = try RegularFile.read(path)
    } catch {
      switch error {
      case .system(let action, let message):
        throw problem(path, "cannot \(action): \(message); check the path and its permissions")
      case .notAFile: throw problem(path, "is not a regular file; name a .csv file")
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw problem(path, "is not text in UTF-8; name a .csv file")
    }
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let name = file.hasSuffix(".csv") ? String(file.dropLast(4)) : file
    return try network(text: text, name: name, file: path)
  }

  /// The network of the text of a topology file.
  ///
  /// - Parameters:
  ///   - text: the whole file.
  ///   - name: the name of the network.
  ///   - file: what messages call the file.
  /// - Throws: `TopologyError` with all problems of the text.
  public static func network(
    text: String, name: String, file: String
  ) throws(TopologyError) -> Network {
    let table = TopologyTable(text)
    var builder = TopologyBuilder()
    for row in table.rows { builder.append(row) }
    var problems = table.problems + builder.problems
    if problems.isEmpty, let network = builder.network(name: name) { return network }
    if problems.isEmpty {
      problems = [.init(line: 0, column: "", text: "has no layers; write a row for each")]
    }
    throw TopologyError(file: file, problems: problems.sorted { $0.line < $1.line })
  }

  private static func problem(_ path: String, _ text: String) -> TopologyError {
    TopologyError(file: path, problems: [.init(line: 0, column: "", text: text)])
  }
}
