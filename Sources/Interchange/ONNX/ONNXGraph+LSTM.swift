internal import Networks
internal import Tensors

/// The constants of an LSTM node, as they lie in the file.
private struct ONNXLSTM {
  let units: Int
  let directions: [Bool]
  let inputWeights: Tensor<Float>
  let hiddenWeights: Tensor<Float>
  let bias: [Float]?
  let initialHidden: [Float]?
  let initialCell: [Float]?
  let peepholes: [Float]?

  /// The LSTM of one direction and one sequence of the batch.
  func layer(direction: Int, sequence: Int, batch: Int, isBatchFirst: Bool) -> LSTM {
    func row(_ elements: [Float]?, _ index: Int, _ length: Int) -> [Float]? {
      elements.map { Array($0[index * length..<(index + 1) * length]) }
    }
    func matrix(_ tensor: Tensor<Float>) -> Tensor<Float> {
      let extents = Array(tensor.shape.extents.dropFirst())
      return Tensor(
        shape: Shape(extents), elements: row(tensor.elements, direction, Shape(extents).count) ?? [])
    }
    // The file has one bias for the input and one for the hidden state; only their sum matters.
    let both = row(bias, direction, 8 * units)
    let start =
      isBatchFirst ? sequence * directions.count + direction : direction * batch + sequence
    return LSTM(
      units: units, inputs: inputWeights.shape[2], inputWeights: matrix(inputWeights),
      hiddenWeights: matrix(hiddenWeights),
      bias: both.map { both in (0..<4 * units).map { both[$0] + both[4 * units + $0] } },
      peepholes: row(peepholes, direction, 3 * units),
      initialHidden: row(initialHidden, start, units),
      initialCell: row(initialCell, start, units), isBatchFirst: isBatchFirst)
  }
}

extension ONNXGraph {
  /// LSTM: the hidden states of all steps and of the last one.
  ///
  /// Each direction and each sequence of a batch is one layer; the reverse direction reads its steps
  /// backwards.
  mutating func lstm(_ node: ONNXNode) throws(ONNXProblem) -> [Value?] {
    let source = try activation(node)
    let shape = shapes[source]
    let isBatchFirst = try node.flag("layout")
    let stepAxis = isBatchFirst ? 1 : 0
    guard shape.rank == 3 else {
      throw node.problem("reads a value of \(shape); its input has three axes")
    }
    guard shape[1 - stepAxis] <= 1024 else {
      throw node.problem("has a batch of \(shape[1 - stepAxis]); at most 1024 are supported")
    }
    guard isBatchFirst || source != 0 || declaredBatch == 1 else {
      throw node.problem(
        "reads the network's input, whose first axis counts its steps and not samples; put a "
          + "Transpose in front of it")
    }
    let (steps, batch) = (shape[stepAxis], shape[1 - stepAxis])
    let constants = try constants(node, steps: steps, batch: batch, inputs: shape[2])
    let wantsAll = !(node.outputs.first ?? "").isEmpty
    let wantsEnd = node.outputs.count > 1 && !node.outputs[1].isEmpty
    var all: [[Int]] = []
    var last: [[Int]] = []
    for (direction, isReversed) in constants.directions.enumerated() {
      var (rows, ends): ([Int], [Int]) = ([], [])
      for sequence in 0..<batch {
        var value = try part(
          node, of: source, axis: 1 - stepAxis, begin: sequence, count: 1, suffix: ".sequence")
        if isReversed { value = try reversed(node, value, axis: stepAxis) }
        let layer = constants.layer(
          direction: direction, sequence: sequence, batch: batch, isBatchFirst: isBatchFirst)
        value = try append(node, .lstm(layer), [value])
        if wantsEnd {
          ends.append(
            try part(node, of: value, axis: stepAxis, begin: steps - 1, count: 1, suffix: ".last"))
        }
        if wantsAll { rows.append(isReversed ? try reversed(node, value, axis: stepAxis) : value) }
      }
      all.append(rows)
      last.append(ends)
    }
    let units = constants.units
    var results: [Value?] = [nil, nil]
    if wantsAll {
      let states = try joined(node, all, steps: steps, units: units)
      results[0] = .activation(isBatchFirst ? try reordered(node, states) : states)
    }
    if wantsEnd {
      let count = constants.directions.count
      var end = try joined(node, last, steps: 1, units: units)
      if isBatchFirst { end = try reordered(node, end) }
      let target = Shape((isBatchFirst ? [batch, count] : [count, batch]) + [units])
      results[1] = .activation(try reshape(node, end, to: target, suffix: ".end"))
    }
    return results
  }

  /// The steps in the opposite order.
  private mutating func reversed(
    _ node: ONNXNode, _ value: Int, axis: Int
  ) throws(ONNXProblem) -> Int {
    let steps = shapes[value][axis]
    if steps == 1 { return value }
    return try part(
      node, of: value, axis: axis, begin: steps - 1, step: -1, count: steps, suffix: ".reverse")
  }

  /// The states of all directions and sequences as [steps, directions, batch, units].
  private mutating func joined(
    _ node: ONNXNode, _ parts: [[Int]], steps: Int, units: Int
  ) throws(ONNXProblem) -> Int {
    var rows: [Int] = []
    for direction in parts {
      var sequences: [Int] = []
      for value in direction {
        let target = Shape([steps, 1, 1, units])
        sequences.append(try reshape(node, value, to: target, suffix: ".unsqueeze"))
      }
      rows.append(try joined(node, sequences, axis: 2))
    }
    return try joined(node, rows, axis: 1)
  }

  private mutating func joined(
    _ node: ONNXNode, _ values: [Int], axis: Int
  ) throws(ONNXProblem) -> Int {
    if values.count == 1 { return values[0] }
    return try append(node, .concatenation(axis: axis), values, suffix: ".concat")
  }

  /// [steps, directions, batch, units] as [batch, steps, directions, units].
  private mutating func reordered(_ node: ONNXNode, _ value: Int) throws(ONNXProblem) -> Int {
    let shape = shapes[value].permuted([2, 0, 1, 3])
    if shape[0] == 1 { return try reshape(node, value, to: shape, suffix: ".reshape") }
    return try append(node, .transpose([2, 0, 1, 3]), [value], suffix: ".transpose")
  }

  /// The constants, their shapes checked.
  private func constants(
    _ node: ONNXNode, steps: Int, batch: Int, inputs: Int
  ) throws(ONNXProblem) -> ONNXLSTM {
    let named = try node.text("direction") ?? "forward"
    let known = ["forward": [false], "reverse": [true], "bidirectional": [false, true]]
    guard let directions = known[named] else {
      throw node.problem("direction '\(named.shortened)' is unknown; use forward")
    }
    guard try !node.flag("input_forget"), !node.has("clip"),
      !node.has("activation_alpha"), !node.has("activation_beta"),
      try node.hasDefaultActivations(directions: directions.count)
    else {
      throw node.problem(
        "input_forget, clip and other activations than Sigmoid, Tanh, Tanh are not supported; use "
          + "the defaults")
    }
    if let lengths = try optionalConstant(node, 4, "sequence lengths") {
      guard lengths.integers?.allSatisfy({ $0 == steps }) == true else {
        throw node.problem("has sequences shorter than \(steps) steps; give all the same length")
      }
    }
    func checked(
      _ index: Int, _ what: String, _ extents: [Int]
    ) throws(ONNXProblem) -> Tensor<Float>? {
      guard let found = try optionalConstant(node, index, what) else { return nil }
      guard found.shape.extents == extents else {
        throw node.problem(
          "its \(what) are \(found.shape), but \(Shape(extents)) is needed; export it again")
      }
      return found.tensor
    }
    let count = directions.count
    let hidden = try constant(node, 2, "hidden weights").shape
    guard let units = try node.integer("hidden_size") ?? hidden.extents.last,
      (1...1 << 20).contains(units),
      let inputWeights = try checked(1, "input weights", [count, 4 * units, inputs]),
      let hiddenWeights = try checked(2, "hidden weights", [count, 4 * units, units])
    else { throw node.problem("its weights or its hidden_size are missing; export it again") }
    let state = try node.flag("layout") ? [batch, count, units] : [count, batch, units]
    return ONNXLSTM(
      units: units, directions: directions, inputWeights: inputWeights,
      hiddenWeights: hiddenWeights, bias: try checked(3, "biases", [count, 8 * units])?.elements,
      initialHidden: try checked(5, "initial hidden states", state)?.elements,
      initialCell: try checked(6, "initial cells", state)?.elements,
      peepholes: try checked(7, "peepholes", [count, 3 * units])?.elements)
  }
}

extension ONNXNode {
  /// Whether the activations of a recurrent node are absent or those that absence means.
  fileprivate func hasDefaultActivations(directions: Int) throws(ONNXProblem) -> Bool {
    guard let names = try texts("activations") else { return true }
    let defaults = ["sigmoid", "tanh", "tanh"]
    return names.map { $0.lowercased() } == (0..<directions).flatMap { _ in defaults }
  }
}
