/// The arithmetic of a real runtime, by name: data for the one engine, never an engine of its own.
///
/// `widthwise arithmetic list` prints the named ones; `ap-fixed<W,I,Q,O>` makes one from its parameters.
public struct ArithmeticPreset: Hashable, Sendable, CustomStringConvertible {
  /// The name, as typed.
  public let name: String
  /// Other names for the same arithmetic.
  public let aliases: [String]
  /// One line: who computes like this.
  public let summary: String
  /// Where it comes from and what it was compared with, in sentences.
  public let evidence: String
  /// What it does.
  public let spec: ArithmeticSpec

  /// A preset.
  init(
    _ name: String, aliases: [String] = [], summary: String, evidence: String,
    spec: ArithmeticSpec
  ) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.evidence = evidence
    self.spec = spec
  }

  /// The name.
  public var description: String { name }

  /// The presets that need no parameters, in the order of lists.
  public static let named: [ArithmeticPreset] = [
    .tflm, .cmsisSingle, .litertReference, .xnnpack, .ortVNNI, .ortAVX2, .ruy, .nnom, .pulpNN,
    .finn,
  ]

  /// What users can type: names, then aliases, then the form with parameters.
  public static var spellings: [String] {
    named.map(\.name) + named.flatMap(\.aliases) + [fixedPointForm]
  }

  /// Why a spelling is no preset.
  public enum SpellingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no preset of that name.
    case unknown(String)
    /// The parameters of an `ap-fixed` are wrong.
    case fixedPoint(String, rule: String)

    /// The rule and the remedy; the caller writes the place in front.
    public var description: String {
      switch self {
      case .unknown(let name):
        "\"\(name)\" is no arithmetic; write one of "
          + ArithmeticPreset.spellings.joined(separator: ", ")
      case .fixedPoint(let text, let rule):
        "\"\(text)\": \(rule); write e.g. ap-fixed<16,6> or ap-fixed<16,6,RND,SAT>"
      }
    }
  }

  /// The preset of a spelling: a name, an alias, or `ap-fixed<W,I>` with parameters.
  public init(spelling: String) throws(SpellingError) {
    if let known = Self.named.first(where: {
      $0.name == spelling || $0.aliases.contains(spelling)
    }) {
      self = known
      return
    }
    guard spelling.hasPrefix("ap-fixed") || spelling.hasPrefix("ap_fixed") else {
      throw .unknown(spelling)
    }
    self = try Self.fixedPoint(spelling)
  }
}
