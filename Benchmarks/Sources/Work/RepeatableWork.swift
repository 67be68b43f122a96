/// A piece of work that can be done again and again, the same each time.
package protocol RepeatableWork: Sendable {
  /// Multiply-accumulates of one repetition; 0 where nothing is multiplied.
  var macs: Int { get }
  /// Samples, layers or mappings of one repetition.
  var items: Int { get }

  /// Does the work once, and tells what came out.
  func run() async throws -> Figures
}

/// What a repetition gave: counts by name, so that a program in another language can read them.
package struct Figures: Hashable, Sendable, Encodable {
  /// Outputs by the way that they became exact.
  package var paths: [String: Int] = [:]
  /// Other counts and quantities.
  package var counts: [String: Double] = [:]

  /// Nothing yet.
  package init() {}
}

/// A problem of the work that was asked for, in one line.
package struct WorkProblem: Error, CustomStringConvertible {
  /// Place, rule, remedy.
  package let description: String

  /// A problem.
  package init(_ description: String) { self.description = description }
}
