internal import Glibc

/// Simulated annealing over genomes, as a state that is stepped from outside.
///
/// Ask for `nextCandidate()`, find its cost, and `judge` it. The whole search is this value: stored
/// between any two steps and taken up again it goes on as if it had never stopped, and the same seed
/// makes the same moves. The acceptance is that of GSL's `gsl_siman_solve` (lower cost always, higher
/// with `exp(-rise/T)`). `gsl_siman_solve` itself is not used: it runs to its end in one call of four C
/// callbacks that get no context, keeps temperature and position in local variables, so that it can be
/// neither stopped, stored nor resumed, and asks for costs it already had.
///
/// - Source: S. Kirkpatrick et al., Optimization by simulated annealing, Science 220, 1983; random
///   numbers of the GNU Scientific Library.
public struct Annealing: Hashable, Codable, Sendable {
  /// What is searched.
  public let space: GenomeSpace
  /// How the temperature falls.
  public let schedule: AnnealingSchedule
  /// Whether a move goes to a neighbouring choice only.
  public let isAdjacent: Bool
  /// Where the search stands.
  public private(set) var current: [Int]
  /// The cost of `current`.
  public private(set) var currentCost: Double
  /// The best genome so far.
  public private(set) var best: [Int]
  /// The cost of `best`.
  public private(set) var bestCost: Double
  /// The candidates judged.
  public private(set) var steps = 0
  /// The candidate that waits for its cost.
  public private(set) var candidate: [Int]?
  private var random: RandomSource

  /// A search from a genome whose cost is known.
  ///
  /// - Precondition: the genome is in the space.
  public init(
    space: GenomeSpace, start: [Int], cost: Double, schedule: AnnealingSchedule, seed: UInt64,
    isAdjacent: Bool = false
  ) {
    precondition(space.contains(start), "the search starts inside its space")
    self.space = space
    self.schedule = schedule
    self.isAdjacent = isAdjacent
    current = start
    best = start
    currentCost = Self.finite(cost)
    bestCost = currentCost
    random = RandomSource(seed: seed)
  }

  /// Whether all steps of the schedule are made.
  public var isFinished: Bool { steps >= schedule.steps }

  /// The temperature at which the next candidate is judged.
  public var temperature: Double { schedule.temperature(steps) }

  /// A neighbour of `current` to be judged, the same until it is; nil when finished.
  public mutating func nextCandidate() -> [Int]? {
    guard !isFinished else { return nil }
    if let candidate { return candidate }
    let next = space.neighbor(of: current, isAdjacent: isAdjacent, using: &random)
    candidate = next
    return next
  }

  /// Takes the cost of the candidate and moves there or stays.
  ///
  /// - Parameter cost: what is not finite counts as the largest number, so that the state can be stored.
  /// - Returns: whether the search moved.
  /// - Precondition: a candidate was asked for.
  @discardableResult
  public mutating func judge(cost: Double) -> Bool {
    guard let genome = candidate else {
      preconditionFailure("a candidate is asked for before it is judged")
    }
    let cost = Self.finite(cost)
    let luck = random.uniform()
    let isAccepted = cost <= currentCost || luck < exp((currentCost - cost) / temperature)
    if isAccepted {
      current = genome
      currentCost = cost
    }
    if cost < bestCost {
      best = genome
      bestCost = cost
    }
    steps += 1
    candidate = nil
    return isAccepted
  }

  private static func finite(_ cost: Double) -> Double {
    cost.isFinite ? cost : .greatestFiniteMagnitude
  }
}
