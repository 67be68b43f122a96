/// Why a study of many runs is impossible.
public struct ExplorationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    /// The network has no such layer.
    case unknownLayer(known: [String])
    /// Nothing of the layer is among what is varied.
    case nothingToVary(kind: String, subjects: [String])
    /// No layer has anything that is varied.
    case noPoints(subjects: [String])
    /// Formats of a network that is integer already.
    case integerNetwork(subject: String)
    /// The baseline has one accumulator for all layers that single layers cannot replace.
    case fixedAccumulator
  }

  /// The layer, or the name of the network.
  public let place: String
  /// What is wrong.
  public let reason: Reason

  /// An error at a layer or in a network.
  public init(place: String, reason: Reason) {
    self.place = place
    self.reason = reason
  }

  /// One line: place, rule, remedy.
  public var description: String {
    switch reason {
    case .unknownLayer(let known):
      "layer '\(place)': is not in the network; it has \(known.joined(separator: ", "))"
    case .nothingToVary(let kind, let subjects):
      "layer '\(place)' (\(kind)): has no \(subjects.joined(separator: " or ")) of its own to vary; "
        + "leave it out"
    case .noPoints(let subjects):
      "network '\(place)': no layer has \(subjects.joined(separator: " or ")) to vary; "
        + "vary something else"
    case .integerNetwork(let subject):
      "network '\(place)': is integer already and keeps its own \(subject); "
        + "vary accumulators only, or take the float network"
    case .fixedAccumulator:
      "network '\(place)': one accumulator is chosen for all layers; "
        + "leave it to the scheme where single layers vary it"
    }
  }
}
