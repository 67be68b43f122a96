public import Devices

extension LoopAxis {
  /// The position in `allCases`.
  public var index: Int {
    switch self {
    case .outputChannels: 0
    case .inputChannels: 1
    case .groups: 2
    case .outputRows: 3
    case .outputColumns: 4
    case .kernelRows: 5
    case .kernelColumns: 6
    case .batch: 7
    }
  }

  /// The letter of the literature: k, c, g, p, q, r, s, n.
  public var letter: String {
    switch self {
    case .outputChannels: "k"
    case .inputChannels: "c"
    case .groups: "g"
    case .outputRows: "p"
    case .outputColumns: "q"
    case .kernelRows: "r"
    case .kernelColumns: "s"
    case .batch: "n"
    }
  }

  /// Whether the loop runs over products of one sum: c, r and s.
  public var isReduction: Bool {
    switch self {
    case .inputChannels, .kernelRows, .kernelColumns: true
    case .outputChannels, .groups, .outputRows, .outputColumns, .batch: false
    }
  }
}

extension Operand {
  /// Whether another iteration of the loop needs other elements of this operand.
  ///
  /// Weights depend on g, k, c, r, s; inputs on n, g, c, p, q, r, s; outputs on n, g, k, p, q.
  public func depends(on axis: LoopAxis) -> Bool {
    switch self {
    case .weights:
      switch axis {
      case .groups, .outputChannels, .inputChannels, .kernelRows, .kernelColumns: true
      case .batch, .outputRows, .outputColumns: false
      }
    case .inputs: axis != .outputChannels
    case .outputs: !axis.isReduction
    }
  }
}
