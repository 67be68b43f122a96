import Devices
import Mappings

/// A Timeloop problem: a convolution by its dimensions.
struct TimeloopProblem {
  /// The names of the dimensions and what they are here.
  static let axes: [String: LoopAxis] = [
    "C": .inputChannels, "M": .outputChannels, "K": .outputChannels, "R": .kernelRows,
    "S": .kernelColumns, "N": .batch, "P": .outputRows, "Q": .outputColumns, "G": .groups,
  ]

  /// The names of the data spaces and what they are here.
  static let operands: [String: Operand] = [
    "Weights": .weights, "Inputs": .inputs, "Outputs": .outputs,
  ]

  private(set) var bounds = LoopBounds()
  private var name = "problem"

  /// The sizes of the dimensions by name.
  private(set) var sizes: [String: Int] = [:]

  init(path: String) throws(YAMLError) {
    var problems = YAMLProblems(file: path)
    let root = try YAMLDocument(path: path, &problems).root
    // A file of processed input holds more than the problem.
    let node: YAMLNode? =
      root.hasKey("problem") ? root.value(of: "problem") : nil
    if let node, let block = node.mapping(keys: ["version", "shape", "instance"], &problems) {
      Self.checkVersion(block, &problems)
      read(block, &problems)
    } else if node == nil {
      problems.add(root.place, "there is no problem", "add `problem: {version: 0.4, …}`")
    }
    try problems.check()
  }

  private mutating func read(_ block: YAMLMapping, _ problems: inout YAMLProblems) {
    let shape = block.required("shape", example: "shape: …", &problems)?
      .mapping(keys: ["name", "dimensions", "coefficients", "data_spaces"], &problems)
    let instance = block.required("instance", example: "instance: {C: 3, …}", &problems)
    guard let shape, let instance, case .mapping(let entries) = instance.content else { return }
    name = shape["name"]?.text(example: "conv", &problems) ?? name
    var values: [String: Int] = [:]
    for entry in entries where !entry.value.isMapping {
      values[entry.key] = entry.value.integer(in: 0...(1 << 40), example: 16, &problems)
    }
    let dimensions = shape.required("dimensions", example: "dimensions: [C, M, P]", &problems)?
      .sequence(example: "[C, M, P]", &problems)
    for node in dimensions ?? [] {
      guard let dimension = node.text(example: "C", &problems) else { continue }
      guard let axis = Self.axes[dimension] else {
        problems.add(
          node.place, "the dimension \(dimension) is not one of a convolution",
          "use " + Self.axes.keys.sorted().joined(separator: ", "))
        continue
      }
      guard let size = values[dimension], size > 0 else {
        problems.add(
          instance.place, "the dimension \(dimension) has no size", "add e.g. `\(dimension): 16`")
        continue
      }
      sizes[dimension] = size
      bounds.set(axis, to: size)
    }
    let spaces = shape.required("data_spaces", example: "data_spaces: […]", &problems)?
      .sequence(example: "[{name: Weights, …}]", &problems)
    for space in spaces ?? [] { readSpace(space, values, &problems) }
    bounds.inputHeight = bounds.rowsReached
    bounds.inputWidth = bounds.columnsReached
  }

  /// Reads the steps of the input's projection and refuses what is no convolution.
  private mutating func readSpace(
    _ node: YAMLNode, _ values: [String: Int], _ problems: inout YAMLProblems
  ) {
    guard let map = node.mapping(keys: ["name", "projection", "read_write"], &problems),
      let text = map.required("name", example: "name: Inputs", &problems)?
        .text(example: "Inputs", &problems)
    else { return }
    guard let operand = Self.operands[text] else {
      problems.add(
        node.place, "the data space \(text) is not known", "use Weights, Inputs and Outputs")
      return
    }
    let ranks = map.required("projection", example: "projection: [[[C]]]", &problems)?
      .sequence(example: "[[[C]]]", &problems)
    var seen: Set<LoopAxis> = []
    for rank in ranks ?? [] {
      for term in rank.sequence(example: "[[R], [P, Hstride]]", &problems) ?? [] {
        let words = term.sequence(example: "[P, Hstride]", &problems) ?? []
        guard let first = words.first?.text(example: "P", &problems), let axis = Self.axes[first]
        else { continue }
        seen.insert(axis)
        guard words.count == 2, let name = words[1].text(example: "Hstride", &problems) else {
          continue
        }
        bounds.setStep(axis, to: values[name] ?? 1)
      }
    }
    for axis in LoopAxis.allCases where bounds[axis] > 1 {
      if seen.contains(axis) != operand.depends(on: axis) {
        problems.add(
          node.place, "the projection of \(text) is not a convolution's in \(axis.letter)",
          "only convolutions are read")
      }
    }
  }

  static func checkVersion(_ block: YAMLMapping, _ problems: inout YAMLProblems) {
    guard let node = block["version"], case .scalar(let text, _) = node.content else { return }
    if !text.hasPrefix("0.4") {
      problems.add(node.place, "version \(text) is not read", "write version 0.4")
    }
  }

  /// The layer; all operands have elements of the same width, as in Timeloop's counts.
  func work(elementBits: Int) -> LayerWork {
    LayerWork(
      name: name, kind: .products, bounds: bounds,
      widths: OperandWidths(
        weights: elementBits, inputs: elementBits, outputs: elementBits,
        partialSums: elementBits, bias: 0))
  }
}

extension LoopBounds {
  /// The rows and columns that the taps reach.
  fileprivate var rowsReached: Int {
    (outputRows - 1) * strideY + (kernelRows - 1) * dilationY + 1
  }
  fileprivate var columnsReached: Int {
    (outputColumns - 1) * strideX + (kernelColumns - 1) * dilationX + 1
  }

  fileprivate mutating func set(_ axis: LoopAxis, to size: Int) {
    switch axis {
    case .batch: batch = size
    case .groups: groups = size
    case .outputChannels: outputChannels = size
    case .inputChannels: inputChannels = size
    case .outputRows: outputRows = size
    case .outputColumns: outputColumns = size
    case .kernelRows: kernelRows = size
    case .kernelColumns: kernelColumns = size
    }
  }

  fileprivate mutating func setStep(_ axis: LoopAxis, to step: Int) {
    switch axis {
    case .outputRows: strideY = step
    case .outputColumns: strideX = step
    case .kernelRows: dilationY = step
    case .kernelColumns: dilationX = step
    case .batch, .groups, .outputChannels, .inputChannels: break
    }
  }
}

extension YAMLNode {
  /// The value of a key of a block, unknown neighbours ignored.
  func value(of key: String) -> YAMLNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }
}
