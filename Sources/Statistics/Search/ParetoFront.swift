/// The points that no other point beats in every objective; smaller is better.
public struct ParetoFront<Payload: Sendable>: Sendable {
  /// A point and what it stands for.
  public struct Point: Sendable {
    /// The objectives, all to be made small.
    public let objectives: [Double]
    /// What has these objectives.
    public let payload: Payload
  }

  /// The points, in rising order of the first objective, then of the second, and so on.
  public private(set) var points: [Point] = []

  /// An empty front.
  public init() {}

  /// Whether a point of the front is as good in every objective (equal ones included).
  public func covers(_ objectives: [Double]) -> Bool {
    points.contains { point in
      point.objectives == objectives || Dominance.dominates(point.objectives, objectives)
    }
  }

  /// Takes a point in unless it is covered or has an objective that is no number, and drops those it
  /// dominates.
  ///
  /// - Returns: whether the point is in the front.
  /// - Precondition: all points have as many objectives.
  @discardableResult
  public mutating func insert(_ objectives: [Double], _ payload: Payload) -> Bool {
    precondition(
      points.allSatisfy { $0.objectives.count == objectives.count },
      "the points of a front have the same objectives")
    guard !objectives.contains(where: \.isNaN), !covers(objectives) else { return false }
    points.removeAll { Dominance.dominates(objectives, $0.objectives) }
    let place =
      points.firstIndex { objectives.lexicographicallyPrecedes($0.objectives) } ?? points.count
    points.insert(Point(objectives: objectives, payload: payload), at: place)
    return true
  }

  /// The area between the front and a reference point, for two objectives.
  ///
  /// Points that do not beat the reference in both objectives add nothing.
  ///
  /// - Precondition: the points have two objectives.
  public func hypervolume(reference: (Double, Double)) -> Double {
    precondition(
      points.allSatisfy { $0.objectives.count == 2 }, "the area is that of two objectives")
    var area = 0.0
    var ceiling = reference.1
    // Rising in the first objective, the front falls in the second.
    for point in points where point.objectives[0] < reference.0 && point.objectives[1] < ceiling {
      area += (reference.0 - point.objectives[0]) * (ceiling - point.objectives[1])
      ceiling = point.objectives[1]
    }
    return area
  }
}

extension ParetoFront.Point: Equatable where Payload: Equatable {}
extension ParetoFront.Point: Hashable where Payload: Hashable {}
extension ParetoFront.Point: Encodable where Payload: Encodable {}
extension ParetoFront.Point: Decodable where Payload: Decodable {}
extension ParetoFront: Equatable where Payload: Equatable {}
extension ParetoFront: Hashable where Payload: Hashable {}
extension ParetoFront: Encodable where Payload: Encodable {}
extension ParetoFront: Decodable where Payload: Decodable {}
