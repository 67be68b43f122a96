/// The parts of a TensorFlow Lite file that a network is made of; elements are read when they are asked for.
///
/// - Source: TensorFlow Lite schema, version 3c (`TFL3`).
struct TFLiteModel: Sendable {
  /// The most axes of a tensor.
  static let mostAxes = 6

  let file: FlatBuffer
  let operatorCodes: FlatVector
  let buffers: FlatVector
  let tensors: FlatVector
  let operators: FlatVector
  /// The tensors that the caller gives, and those that are the result.
  let inputs: [Int]
  let outputs: [Int]

  init(_ bytes: [UInt8]) throws(TFLiteProblem) {
    file = FlatBuffer(bytes: bytes)
    guard bytes.count >= 8, Array(bytes[4..<8]) == Array("TFL3".utf8) else {
      throw TFLiteProblem(
        "is not a TensorFlow Lite file: bytes 4 to 7 must be TFL3; convert the model with TFLite 2")
    }
    let root = try file.table(at: 0)
    let version = try root.integer(0, default: UInt32(0))
    guard version == 3 else {
      throw TFLiteProblem("has schema version \(version), only 3 is read; convert the model again")
    }
    operatorCodes = try Self.list(root, 1, "operator codes")
    buffers = try Self.list(root, 4, "buffers")
    let graphs = try Self.list(root, 2, "subgraphs")
    guard graphs.count == 1 else {
      throw TFLiteProblem(
        "has \(graphs.count) subgraphs, only one is read; remove control flow and signatures")
    }
    let graph = try graphs.table(at: 0)
    tensors = try Self.list(graph, 0, "tensors")
    operators = try Self.list(graph, 3, "operators")
    inputs = try Self.indices(graph, 1, limit: 64)
    outputs = try Self.indices(graph, 2, limit: 64)
  }

  private static func list(
    _ table: FlatTable, _ field: Int, _ what: String
  ) throws(TFLiteProblem) -> FlatVector {
    guard let list = try table.vector(field, stride: 4) else {
      throw TFLiteProblem("has no \(what); it is damaged or cut off, write it again")
    }
    return list
  }

  /// A short list of tensor indices; -1 stands for none.
  static func indices(
    _ table: FlatTable, _ field: Int, limit: Int
  ) throws(TFLiteProblem) -> [Int] {
    guard let list = try table.vector(field, stride: 4) else { return [] }
    guard list.count <= limit else {
      throw TFLiteProblem(
        "byte \(list.start): a list of \(list.count) tensors, \(limit) are allowed; "
          + "split the model")
    }
    var indices: [Int] = []
    for index in 0..<list.count { indices.append(Int(try list.integer(Int32.self, at: index))) }
    return indices
  }
}

/// One operator of the file.
struct TFLiteOperator: Sendable {
  /// Its number in the order of execution.
  let index: Int
  let kind: TFLiteOperatorKind
  /// The tensors it reads; -1 for an optional one that is absent.
  let inputs: [Int]
  let outputs: [Int]
  let options: FlatTable?

  /// The place of the operator in messages.
  var place: String { "operator \(index) (\(kind.name))" }
}

extension TFLiteModel {
  /// The operator at an index.
  func operation(_ index: Int) throws(TFLiteProblem) -> TFLiteOperator {
    let table = try operators.table(at: index)
    let code = Int(try table.integer(0, default: UInt32(0)))
    guard code < operatorCodes.count else {
      throw TFLiteProblem(
        "operator \(index): uses operator code \(code) of \(operatorCodes.count); "
          + "the file is damaged, write it again")
    }
    let codes = try operatorCodes.table(at: code)
    // Codes below 127 are stored in the older one-byte field.
    let builtin = max(try codes.int(3), try codes.byte(0))
    guard let kind = TFLiteOperatorKind(rawValue: builtin) else {
      let custom = try codes.string(1, limit: 60)
      let name = builtin == 32 ? "custom operator '\(custom)'" : "builtin operator \(builtin)"
      throw TFLiteProblem(
        "operator \(index): \(name) is not supported; supported are "
          + TFLiteOperatorKind.allCases.map(\.name).joined(separator: ", "))
    }
    return TFLiteOperator(
      index: index, kind: kind, inputs: try Self.indices(table, 1, limit: 1024),
      outputs: try Self.indices(table, 2, limit: 1024), options: try table.table(4))
  }
}
