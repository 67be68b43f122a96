internal import Arithmetic
internal import Foundation
internal import Networks
internal import Tensors

/// A graph under construction: nodes, initializers and the names of what is there.
struct ONNXWriter {
  let network: QuantizedNetwork
  let dialect: ONNXDialect
  var graph = Onnx_GraphProto()
  /// The domains of the nodes so far, the default one left out.
  var domains: Set<String> = []
  /// How often each wanted name was given.
  private var names: [String: Int] = [:]

  init(network: QuantizedNetwork, dialect: ONNXDialect) {
    self.network = network
    self.dialect = dialect
    graph.name = network.name
  }

  /// A name nobody has yet.
  mutating func unique(_ wanted: String) -> String {
    let count = names[wanted, default: 0]
    names[wanted] = count + 1
    return count == 0 ? wanted : unique("\(wanted)_\(count)")
  }

  /// Adds a node with one output and gives the output's name.
  mutating func node(
    _ type: String, _ inputs: [String], named name: String, domain: String = "",
    _ attributes: [Onnx_AttributeProto] = []
  ) -> String {
    var node = Onnx_NodeProto()
    node.opType = type
    node.input = inputs
    node.name = unique(name)
    node.output = [node.name]
    node.domain = domain
    node.attribute = attributes
    if !domain.isEmpty { domains.insert(domain) }
    graph.node.append(node)
    return node.name
  }

  /// Adds real numbers and gives their name.
  mutating func floats(_ values: [Float], _ shape: [Int], named name: String) -> String {
    var data = Data(capacity: 4 * values.count)
    for value in values {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
    }
    return initializer(.float, data, shape, named: name)
  }

  /// Adds integers of a type and gives their name.
  mutating func integers(
    _ values: [Int], _ type: ElementType, _ shape: [Int], named name: String
  ) -> String {
    var data = Data(capacity: type.bytes * values.count)
    for value in values {
      withUnsafeBytes(of: Int64(value).littleEndian) {
        data.append(contentsOf: $0.prefix(type.bytes))
      }
    }
    return initializer(type, data, shape, named: name)
  }

  private mutating func initializer(
    _ type: ElementType, _ data: Data, _ shape: [Int], named name: String
  ) -> String {
    var tensor = Onnx_TensorProto()
    tensor.name = unique(name)
    tensor.dims = shape.map(Int64.init)
    tensor.dataType = type.rawValue
    tensor.rawData = data
    graph.initializer.append(tensor)
    return tensor.name
  }

  /// Declares a float32 input or output of the graph.
  static func value(_ name: String, _ shape: Shape) -> Onnx_ValueInfoProto {
    var info = Onnx_ValueInfoProto()
    info.name = name
    info.type.tensorType.elemType = ElementType.float.rawValue
    info.type.tensorType.shape.dim = shape.extents.map { extent in
      var dimension = Onnx_TensorShapeProto.Dimension()
      dimension.value = .dimValue(Int64(extent))
      return dimension
    }
    return info
  }

  /// The finished model.
  func model(operatorSet: Int) -> Onnx_ModelProto {
    var model = Onnx_ModelProto()
    model.irVersion = 10
    model.producerName = "Widthwise"
    model.graph = graph
    var main = Onnx_OperatorSetIdProto()
    main.version = Int64(operatorSet)
    model.opsetImport = [main]
    for domain in domains.sorted() {
      var own = Onnx_OperatorSetIdProto()
      own.domain = domain
      own.version = 1
      model.opsetImport.append(own)
    }
    return model
  }
}

extension ONNXWriter {
  /// The element types that are written, by their numbers in the format.
  enum ElementType: Int32 {
    case float = 1
    case uint8 = 2
    case int8 = 3
    case uint16 = 4
    case int16 = 5
    case int32 = 6
    case int64 = 7

    /// The bytes of an element.
    var bytes: Int {
      switch self {
      case .uint8, .int8: 1
      case .uint16, .int16: 2
      case .float, .int32: 4
      case .int64: 8
      }
    }

    /// The codes that fit an integer type.
    var codes: ClosedRange<Int> {
      switch self {
      case .uint8: 0...255
      case .int8: -128...127
      case .uint16: 0...65_535
      case .int16: -32_768...32_767
      case .float, .int32: Int(Int32.min)...Int(Int32.max)
      case .int64: Int.min...Int.max
      }
    }

    /// The narrowest type that holds the codes of a format.
    init(holding format: NumberFormat) {
      let candidates = [ElementType.uint8, .int8, .uint16, .int16, .int32]
      let codes = format.codes
      self =
        candidates.first {
          $0.codes.contains(codes.lowerBound) && $0.codes.contains(codes.upperBound)
            && (format.integer.isSigned == ($0 != .uint8 && $0 != .uint16))
        } ?? .int32
    }
  }
}

extension Onnx_AttributeProto {
  /// An integer.
  static func integer(_ name: String, _ value: Int) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    attribute.name = name
    attribute.type = .int
    attribute.i = Int64(value)
    return attribute
  }

  /// A list of integers.
  static func integers(_ name: String, _ values: [Int]) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    attribute.name = name
    attribute.type = .ints
    attribute.ints = values.map(Int64.init)
    return attribute
  }

  /// A real number.
  static func real(_ name: String, _ value: Float) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    attribute.name = name
    attribute.type = .float
    attribute.f = value
    return attribute
  }

  /// A text.
  static func text(_ name: String, _ value: String) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    attribute.name = name
    attribute.type = .string
    attribute.s = Data(value.utf8)
    return attribute
  }
}
