internal import Arithmetic
internal import Execution
internal import Interchange
internal import Networks
internal import Tensors

/// The arrays of one layer and what a recomputation must know beside them.
struct LayerVectors {
  /// One array of a layer.
  struct Array {
    var name: String
    var elements: [Int]
    var type: NumPyElementType
    var shape: Shape
  }

  let executor: IntegerExecutor
  let index: Int
  let layer: QuantizedLayer
  let constants: IntegerExecutor.LayerConstants
  /// The name of the layer's folder: `03-conv2`.
  let folder: String
  private(set) var arrays: [Array] = []
  private var files = JSONObject()

  init(_ executor: IntegerExecutor, layer index: Int, trace: StackedTrace) {
    self.executor = executor
    self.index = index
    layer = executor.network.layers[index]
    constants = executor.constants(ofLayer: index)
    folder = Self.folder(index, of: executor.network.layers.count, layer.name)
    addInputs(trace)
    switch layer.operation {
    case .linear(let linear): addProducts(linear, trace)
    case .table: addTables(named: "table")
    case .concatenation: addTables(named: "tables")
    case .pad, .reshape, .transpose, .slice:
      if let places = constants.places {
        add("places", places, .int64, Shape([places.count]))
      }
    case .softmax:
      let exponentials = constants.exponentials
      add("exponentials", exponentials, .int64, Shape([exponentials.count]))
    case .thresholds(let tables, _): addThresholds(tables)
    case .pool, .binary, .matrixProduct, .requantize, .leakyRelu, .quantize, .dequantize, .float,
      .dynamicQuantize, .dynamicScale, .dynamicZeroPoint, .constant, .lstm, .svdf:
      break
    }
    let output = executor.network.quantizations[index + 1]
    add(
      "output", trace.values[index + 1].map(Int.init), Self.type(of: output.format.integer),
      stacked(executor.network.shapes[index + 1], isOutput: true, trace.count))
  }

  /// The member of `layers` in `vectors.json`.
  var description: JSONValue {
    var object = JSONObject()
    object.add("index", index)
    object.add("name", layer.name)
    object.add("operator", layer.kind)
    object.add("files", files.value)
    addOperation(to: &object)
    addValues(to: &object)
    return object.value
  }

  private mutating func addInputs(_ trace: StackedTrace) {
    var names: [JSONValue] = []
    for (position, value) in layer.inputs.enumerated() {
      let name = layer.inputs.count == 1 ? "input" : "input\(position)"
      let format = executor.network.quantizations[value].format.integer
      let shape = executor.network.shapes[value]
      arrays.append(
        Array(
          name: name, elements: aligned(trace.values[value].map(Int.init), shape),
          type: Self.type(of: format), shape: stacked(shape, isOutput: false, trace.count)))
      names.append(.string("\(folder)/\(name).npy"))
    }
    files.add("inputs", .array(names))
  }

  private mutating func addProducts(_ linear: QuantizedLinear, _ trace: StackedTrace) {
    let weights = isPerChannel ? linear.weights.transposed([3, 1, 2, 0]) : linear.weights
    let shape =
      layer.kind == "fc"
      ? Shape([linear.outputChannels, linear.inputChannels]) : weights.shape
    add(
      "weights", weights.elements.map(Int.init), Self.type(of: linear.weightIntegers), shape)
    if let bias = linear.bias {
      let isShort = bias.allSatisfy { Int32(exactly: $0) != nil }
      add("bias", bias, isShort ? .int32 : .int64, Shape([bias.count]))
    }
    if case .thresholds(let tables) = linear.outputStage { addThresholds(tables) }
    add(
      "accumulator", trace.contents[index].map(Int.init), .int64,
      stacked(executor.network.shapes[index + 1], isOutput: true, trace.count))
  }

  private mutating func addThresholds(_ tables: [ThresholdTable]) {
    let thresholds = tables.flatMap(\.thresholds)
    let codes = tables.flatMap(\.codes).map(Int.init)
    add("thresholds", thresholds, .int64, Shape([thresholds.count]))
    add("thresholdCodes", codes, .int32, Shape([codes.count]))
  }

  private mutating func addTables(named name: String) {
    let type = Self.type(of: executor.network.quantizations[index + 1].format.integer)
    let isList = name == "tables"
    var names: [JSONValue] = []
    for (position, table) in constants.tables.enumerated() {
      let name = isList ? "table\(position)" : name
      arrays.append(
        Array(
          name: name, elements: table.map(Int.init), type: type, shape: Shape([table.count])))
      names.append(.string("\(folder)/\(name).npy"))
    }
    files.add(name, isList ? .array(names) : names.first)
  }

  private mutating func add(
    _ name: String, _ elements: [Int], _ type: NumPyElementType, _ shape: Shape
  ) {
    arrays.append(Array(name: name, elements: elements, type: type, shape: shape))
    files.add(name, "\(folder)/\(name).npy")
  }

  /// Whether weights have one input channel for each output channel: written 1HWC.
  var isPerChannel: Bool { layer.kind == "depthwise" || layer.kind == "affine" }

  /// A shape as stored: samples in the place of the leading 1, images channel-last.
  ///
  /// Layers of products other than fully connected ones always work on images. Inputs of a function of
  /// two activations get the rank of its output, so that they broadcast with samples in front.
  private func stacked(_ shape: Shape, isOutput: Bool, _ count: Int) -> Shape {
    if case .linear(let linear) = layer.operation, layer.kind != "fc" {
      let window = linear.window
      return isOutput
        ? Shape([count, window.outputHeight, window.outputWidth, linear.outputChannels])
        : Shape([count, window.height, window.width, linear.inputChannels])
    }
    let shape = widened(shape)
    let stored = shape.rank == 4 ? shape.permuted([0, 2, 3, 1]) : shape
    return Shape(
      [count] + (stored.extents.first == 1 ? stored.extents.dropFirst() : stored.extents[...]))
  }

  /// The shape with the rank of the output, for inputs of a function of two activations.
  private func widened(_ shape: Shape) -> Shape {
    guard case .binary = layer.operation else { return shape }
    let missing = executor.network.shapes[index + 1].rank - shape.rank
    return Shape([Int](repeating: 1, count: max(missing, 0)) + shape.extents)
  }

  /// Codes in the order of storage of the widened shape: channel-last once it has four axes.
  private func aligned(_ codes: [Int], _ shape: Shape) -> [Int] {
    let wide = widened(shape)
    guard wide.rank == 4, shape.rank < 4 else { return codes }
    let table = IndexTable.transpose(wide, [0, 2, 3, 1])
    return stride(from: 0, to: codes.count, by: max(shape.count, 1)).flatMap { start in
      table.map { codes[start + $0] }
    }
  }

  /// The smallest type that holds every code of a format.
  private static func type(of format: IntegerFormat) -> NumPyElementType {
    switch format.bits {
    case ...8: format.isSigned ? .int8 : .uint8
    case ...16: format.isSigned ? .int16 : .uint16
    case ...32: format.isSigned ? .int32 : .uint32
    default: .int64
    }
  }

  /// The name of a folder for a layer whose name may hold any character.
  private static func folder(_ index: Int, of count: Int, _ name: String) -> String {
    let width = max(2, String(max(count - 1, 0)).count)
    let digits = String(index)
    let safe = name.unicodeScalars.prefix(64).map { scalar -> Character in
      let isSafe =
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      return isSafe || "-_.".unicodeScalars.contains(scalar) ? Character(scalar) : "_"
    }
    return String(repeating: "0", count: width - digits.count) + digits + "-" + String(safe)
  }
}
