/// A rule that a device breaks.
public struct DeviceProblem: Hashable, Sendable {
  /// The part that breaks it, by its path in a hwconfig: `memories[1].capacity`.
  public let path: String
  /// The rule.
  public let rule: String
  /// How to repair it.
  public let remedy: String

  /// A problem.
  public init(path: String, rule: String, remedy: String) {
    self.path = path
    self.rule = rule
    self.remedy = remedy
  }
}

/// The problems found in one device so far.
struct DeviceProblems {
  private(set) var found: [DeviceProblem] = []

  /// Adds a problem unless the rule holds or the same was said of another operand.
  mutating func require(
    _ holds: Bool, _ path: String, _ rule: String, _ remedy: String
  ) {
    let problem = DeviceProblem(path: path, rule: rule, remedy: remedy)
    if !holds && !found.contains(problem) { found.append(problem) }
  }
}
