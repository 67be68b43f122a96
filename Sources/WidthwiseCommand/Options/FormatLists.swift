internal import Foundation
import Widthwise

/// Lists that users type, separated by commas.
enum FormatLists {
  /// The entries of an option that may be given several times; an entry twice is refused.
  static func entries(_ values: [String], _ option: String) throws -> [String] {
    let whole = values.joined(separator: ",")
    var entries: [String] = []
    for part in whole.split(separator: ",", omittingEmptySubsequences: false) {
      let entry = part.trimmingCharacters(in: .whitespaces)
      if entry.isEmpty { throw BadInput("\(option) \(whole): has an empty entry; remove a comma") }
      if entries.contains(entry) {
        throw BadInput("\(option) \(whole): \(entry) stands twice; remove one")
      }
      entries.append(entry)
    }
    return entries
  }

  /// Formats of weights or activations, as the option says.
  static func formats(_ values: [String], _ option: String) throws -> [NumberFormat] {
    guard !values.isEmpty else { return [] }
    return try entries(values, option).map { try Spelling.format($0, option) }
  }

  /// Accumulators.
  static func accumulators(_ values: [String], _ option: String) throws -> [Accumulator] {
    guard !values.isEmpty else { return [] }
    return try entries(values, option).map { try Spelling.accumulator($0, option) }
  }

  /// Granularities.
  static func granularities(_ values: [String], _ option: String) throws -> [Granularity] {
    guard !values.isEmpty else { return [] }
    return try entries(values, option).map { try choice($0, option, of: Granularity.self) }
  }

  /// An objective: a figure, or figures with weights such as `energy:0.7,size:0.3`.
  static func objective(_ text: String, _ option: String) throws -> Objective {
    let terms = try entries([text], option).map { entry -> Objective.Term in
      let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
      let names = ObjectiveFigure.allCases.map(\.rawValue).joined(separator: ", ")
      guard parts.count <= 2, let figure = ObjectiveFigure(rawValue: String(parts[0])) else {
        throw BadInput(
          "\(option) \(entry): is not known; write one of \(names), or several with weights, "
            + "e.g. energy:0.7,size:0.3")
      }
      guard parts.count == 2 else { return Objective.Term(figure) }
      guard let weight = Double(parts[1]), weight > 0, weight.isFinite else {
        throw BadInput("\(option) \(entry): a weight is above 0; write e.g. \(parts[0]):0.5")
      }
      return Objective.Term(figure, weight: weight)
    }
    return Objective(terms: terms)
  }
}
