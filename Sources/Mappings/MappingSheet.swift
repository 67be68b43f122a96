public import Devices

/// The mappings of several layers as text: what `mappings show` prints and `--mapping` reads.
///
/// ```
/// layer conv1:          # a comment
///   dram    k 2x8
///   array   rows c 3x1; columns k 8x1
/// layer *:              # all other layers with products
///   …
/// ```
public struct MappingSheet: Hashable, Sendable {
  /// The text of one layer.
  private struct Section: Hashable, Sendable {
    var name: String
    var text: String
    /// The number of its first line in the sheet.
    var line: Int
  }

  /// The name that stands for all other layers.
  public static let others = "*"

  private var sections: [Section] = []

  /// Cuts a text into layers; the mappings themselves are read when their layers are known.
  ///
  /// - Throws: a line outside of all layers, or a layer that comes twice.
  public init(text: String) throws(MappingError) {
    for (index, content) in text.split(separator: "\n", omittingEmptySubsequences: false)
      .enumerated()
    {
      let line = MappingText.stripped(content)
      if let name = Self.header(line) {
        guard !names.contains(name) else {
          throw MappingError(
            layer: name,
            reason: .text(
              line: index + 1, rule: "the layer has a mapping already", remedy: "keep one"))
        }
        sections.append(Section(name: name, text: "", line: index + 2))
      } else if sections.isEmpty {
        guard line.isEmpty else {
          throw MappingError(
            layer: "?",
            reason: .text(
              line: index + 1, rule: "no layer is named before \"\(line)\"",
              remedy: "start with e.g. layer conv1:"))
        }
      } else {
        sections[sections.count - 1].text += content + "\n"
      }
    }
  }

  /// The layers with a mapping of their own.
  public var names: [String] { sections.map(\.name).filter { $0 != Self.others } }

  /// The mapping of a layer, verified; nil when the sheet has none for it.
  ///
  /// - Throws: a line that cannot be read, or a rule that the mapping breaks.
  public func mapping(
    of work: LayerWork, on device: Device
  ) throws(MappingError) -> LegalMapping? {
    let own = sections.first { $0.name == work.name && $0.name != Self.others }
    let others = work.kind == .products ? sections.first { $0.name == Self.others } : nil
    guard let section = own ?? others else { return nil }
    let mapping = try Mapping(text: section.text, line: section.line, of: work, on: device)
    // Only kernels of processors keep activations on the chip from layer to layer.
    for operand in work.operands where mapping.depths.first?[operand] == nil {
      throw MappingError(
        layer: work.name,
        reason: .bypassed(operand, level: device.memories.first?.name ?? "memories"))
    }
    return try LegalMapping(mapping, of: work, on: device)
  }

  /// The sheet of some mappings, with the layers' own names.
  public static func text(of mappings: [(layer: String, mapping: LegalMapping)]) -> String {
    mappings.map { layer, mapping in
      let lines = mapping.text.split(separator: "\n").map { "  \($0)\n" }
      return "layer \(quotedLayer(layer)):\n" + lines.joined()
    }.joined(separator: "\n")
  }

  /// Names of layers hold slashes and colons; only what would be read otherwise is quoted.
  private static func quotedLayer(_ name: String) -> String {
    let isPlain =
      !name.isEmpty && name != others && name.first?.isWhitespace == false
      && name.last?.isWhitespace == false && !name.contains { "#\"\n".contains($0) }
    return isPlain ? name : MappingText.quoted(name)
  }

  /// The layer that a line starts, or nil.
  private static func header(_ line: Substring) -> String? {
    guard line.hasPrefix("layer "), line.last == ":" else { return nil }
    let name = MappingText.trimmed(line.dropFirst("layer ".count).dropLast())
    return name.first == "\"" ? MappingText.name(name)?.name : String(name)
  }
}
