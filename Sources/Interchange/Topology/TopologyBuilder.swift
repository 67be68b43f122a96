import Networks
import Tensors

/// Builds a network row by row and notes every problem on the way.
struct TopologyBuilder {
  /// The most elements of an activation or of weights.
  static let mostElements = 1 << 40

  /// A value that later rows can read: its index in the network and its shape.
  private struct Value {
    let index: Int
    /// [1, channels, height, width] or [1, features]; nil when its row was wrong.
    let shape: Shape?
  }

  private var values: [String: Value] = [:]
  private var previous: String?
  private var layers: [Layer] = []
  private(set) var inputShape: Shape?
  private(set) var problems: [TopologyError.Problem] = []

  /// The network so far.
  func network(name: String) -> Network? {
    guard let inputShape, problems.isEmpty, !layers.isEmpty else { return nil }
    return Network(name: name, inputShape: inputShape, layers: layers, output: layers.count)
  }

  /// Adds what a row says.
  mutating func append(_ tableRow: TopologyTable.Row) {
    var row = TopologyRow(tableRow)
    let name = row.name()
    let kind = row.kind()
    if let name, values[name] != nil {
      row.report(.name, "'\(name)' names an earlier row too; write another name")
    }
    let isFirst = previous == nil
    if let kind, isFirst != (kind == .input) {
      row.report(
        .kind, isFirst ? "the first row must be the input" : "only the first row is the input")
    }
    var shape: Shape?
    if kind == .input {
      shape = input(&row)
      inputShape = shape
    } else if let kind {
      shape = layer(kind, name ?? "", &row)
    }
    problems += row.problems
    if let name {
      if values[name] == nil { values[name] = Value(index: layers.count, shape: shape) }
      previous = name
    } else {
      // A nameless row still stands between its neighbours: what follows is not checked against it.
      previous = ""
      values[""] = Value(index: layers.count, shape: nil)
    }
  }

  private func input(_ row: inout TopologyRow) -> Shape? {
    let channels = row.number(.outChannels)
    let height = row.number(.kernelHeight)
    let width = row.number(.kernelWidth)
    guard let channels, let height, let width else { return nil }
    return bounded(Shape([1, channels, height, width]), "the input", &row)
  }

  /// Adds the layers of a row; returns the shape it ends with, nil when something is wrong.
  private mutating func layer(
    _ kind: TopologyKind, _ name: String, _ row: inout TopologyRow
  ) -> Shape? {
    let activation = activation(&row)
    let inputs = inputs(kind, &row)
    var output: (operation: Operation, shape: Shape)?
    var indices = inputs.map(\.index)
    switch kind {
    case .input: return nil
    case .conv, .depthwise: output = convolution(kind, inputs.first?.shape, &row)
    case .maxpool, .avgpool: output = pool(kind, inputs.first?.shape, &row)
    case .fc:
      output = fullyConnected(inputs.first?.shape, &row)
      if let shape = inputs.first?.shape, shape.rank == 4, output != nil {
        let flat = Shape([1, shape.count])
        layers.append(
          Layer(name: name + "_flatten", operation: .reshape(flat), inputs: indices))
        indices = [layers.count]
      }
    case .add: output = sum(inputs.map(\.shape), &row)
    case .concat: output = concatenation(inputs.map(\.shape), &row)
    }
    guard let output, let shape = bounded(output.shape, "the output", &row) else { return nil }
    layers.append(Layer(name: name, operation: output.operation, inputs: indices))
    if let activation {
      layers.append(
        Layer(
          name: name + "_activation", operation: .activation(activation), inputs: [layers.count]))
    }
    return shape
  }

  private func activation(_ row: inout TopologyRow) -> Activation? {
    switch row.row[.activation] {
    case "": return nil
    case "relu": return .relu
    case "relu6": return .relu6
    case "leaky-relu": return .leakyRelu(slope: 0.1)
    case "tanh": return .tanh
    case "sigmoid": return .sigmoid
    case "hard-swish": return .hardSwish
    default:
      row.report(
        .activation,
        "'\(TopologyRow.shown(row.row[.activation]))' is no activation; write relu, relu6, "
          + "leaky-relu, tanh, sigmoid, hard-swish or nothing")
      return nil
    }
  }

  /// The values a row reads; as many as its kind needs, or none.
  private func inputs(_ kind: TopologyKind, _ row: inout TopologyRow) -> [Value] {
    let text = row.row[.inputs]
    let names =
      text.isEmpty
      ? [previous ?? ""]
      : text.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
    var found: [Value] = []
    for name in names {
      if let value = values[name], text.isEmpty || !name.isEmpty {
        found.append(value)
      } else if previous != nil {
        row.report(
          .inputs, "'\(TopologyRow.shown(name))' names no earlier row; write the name of one")
      }
    }
    let isRight: Bool
    let wanted: String
    switch kind {
    case .add: (isRight, wanted) = (names.count == 2, "two names")
    case .concat: (isRight, wanted) = (names.count >= 2, "two names or more")
    case .input, .conv, .depthwise, .fc, .maxpool, .avgpool:
      (isRight, wanted) = (names.count == 1, "one name or nothing")
    }
    if !isRight {
      row.report(.inputs, "\(kind.rawValue) reads \(wanted), not \(names.count); separate by ;")
    }
    return isRight && found.count == names.count ? found : []
  }
}

extension TopologyBuilder {
  /// The shape unless it has too many elements.
  func bounded(_ shape: Shape, _ what: String, _ row: inout TopologyRow) -> Shape? {
    var count = 1
    for extent in shape.extents {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= Self.mostElements else {
        row.report(nil, "more than 2^40 elements in \(what) (\(shape)); write smaller extents")
        return nil
      }
      count = product
    }
    return shape
  }
}
