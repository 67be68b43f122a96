internal import Tensors

/// Which elements a slice takes: of axis `a` the elements `begin[a] + i * steps[a]`, `i < counts[a]`.
public struct Slice: Hashable, Sendable {
  /// The first element of each axis.
  public var begin: [Int]
  /// The distance between elements of each axis; negative ones run backwards.
  public var steps: [Int]
  /// The elements of each axis.
  public var counts: [Int]

  /// A slice.
  public init(begin: [Int], steps: [Int], counts: [Int]) {
    self.begin = begin
    self.steps = steps
    self.counts = counts
  }
}

extension Slice {
  /// The shape of a slice of a value.
  func outputShape(of input: Shape) throws(OperationProblem) -> Shape {
    let fits = [begin.count, steps.count, counts.count].allSatisfy { $0 == input.rank }
    guard fits,
      input.extents.indices.allSatisfy({ axis in
        let (last, overflow) = steps[axis].multipliedReportingOverflow(by: counts[axis] - 1)
        let extent = 0..<input[axis]
        return counts[axis] >= 1 && !overflow && extent.contains(begin[axis])
          && (-input[axis]...input[axis]).contains(last) && extent.contains(begin[axis] + last)
      })
    else {
      throw OperationProblem(
        "slice from \(begin) by \(steps), \(counts) elements, of \(input); "
          + "every element must lie inside each axis")
    }
    return Shape(counts)
  }
}
