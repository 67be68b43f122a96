internal import Foundation

/// The weights that a model keeps in files beside it.
struct ONNXExternalData {
  /// Where the files are; nil refuses external data.
  let directory: String?
  /// The bytes read so far from each file: tensors that overlap without end are refused.
  private var consumed: [String: Int] = [:]

  init(directory: String?) { self.directory = directory }

  /// The bytes of a tensor, `count` of them.
  mutating func bytes(
    _ entries: [Onnx_StringStringEntryProto], count: Int
  ) throws(ONNXProblem) -> Data {
    var fields: [String: String] = [:]
    for entry in entries { fields[entry.key] = entry.value }
    guard let location = fields["location"], !location.isEmpty else {
      throw ONNXProblem("external data has no location; export it again")
    }
    let place = "external data '\(location.shortened)'"
    let path = try path(of: location, place: place)
    let size: Int
    do throws(ONNXProblem) {
      size = try ONNXBytes.size(path)
    } catch {
      throw ONNXProblem("\(place): \(error.text)")
    }
    guard let offset = Int(fields["offset"] ?? "0"), offset >= 0, offset <= size,
      let length = Int(fields["length"] ?? String(size - offset)), length >= 0,
      length <= size - offset
    else {
      throw ONNXProblem(
        "\(place): offset \(fields["offset"]?.shortened ?? "0") and length "
          + "\(fields["length"]?.shortened ?? "to the end") lie outside its \(size) bytes; "
          + "the file is cut short or belongs to another model")
    }
    guard length == count else {
      throw ONNXProblem(
        "\(place): has \(length) bytes for a tensor of \(count); export it again")
    }
    // Shared weights may overlap; a file that multiplies its own size may not.
    let total = consumed[path, default: 0] + length
    guard total <= 4 * size else {
      throw ONNXProblem("\(place): tensors read it more than four times over; export it again")
    }
    consumed[path] = total
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw ONNXProblem("\(place): cannot be opened; check its permissions")
    }
    defer { try? handle.close() }
    guard (try? handle.seek(toOffset: UInt64(offset))) != nil,
      let data = try? handle.read(upToCount: count) ?? Data(), data.count == count
    else { throw ONNXProblem("\(place): cannot be read; check the file") }
    return data
  }

  /// The path of a location, which must stay in the directory even through symbolic links.
  private func path(of location: String, place: String) throws(ONNXProblem) -> String {
    guard let directory else {
      throw ONNXProblem("\(place): the model has no directory; read it from a file")
    }
    let root = URL(fileURLWithPath: directory, isDirectory: true).resolvingSymlinksInPath()
    let url = root.appendingPathComponent(location).resolvingSymlinksInPath()
    let inside = root.path == "/" ? "/" : root.path + "/"
    guard !location.hasPrefix("/"), !location.split(separator: "/").contains(".."),
      !location.utf8.contains(0), url.path.hasPrefix(inside)
    else {
      throw ONNXProblem("\(place): leaves the model's directory; put the file beside the model")
    }
    return url.path
  }
}
