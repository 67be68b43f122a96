public import Simulation

/// Why a search cannot be done.
public enum TuningError: Error, CustomStringConvertible {
  /// The space or the problem is not one.
  case exploration(ExplorationError)
  /// The baseline cannot be run.
  case simulation(SimulationError)
  /// The journal could not be written.
  case journal(String)

  /// One line: place, rule, remedy.
  public var description: String {
    switch self {
    case .exploration(let error): error.description
    case .simulation(let error): error.description
    case .journal(let problem): "journal: \(problem)"
    }
  }
}
