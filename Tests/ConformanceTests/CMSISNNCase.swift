import Foundation
import Interchange
import Tensors

/// What `case.json` says of one operator: the fields that its operator needs, the others are nil.
struct CMSISNNOperator: Decodable {
  struct Extent: Decodable {
    let y: Int
    let x: Int
  }
  struct Padding: Decodable {
    let top: Int
    let left: Int
    let bottom: Int?
    let right: Int?
  }
  struct Range: Decodable {
    let min: Int
    let max: Int
    var closed: ClosedRange<Int> { min...max }
  }
  struct Rescaling: Decodable {
    let id: String?
    let gates: Nested?
    struct Nested: Decodable { let id: String }
  }
  struct Multiplier: Decodable {
    let multiplier: Int32
    let shift: Int
  }
  struct Gate: Decodable {
    let input_multiplier: Int32
    let input_shift: Int
    let hidden_multiplier: Int32
    let hidden_shift: Int
  }
  struct Tensor: Decodable {
    let file: String

    /// A case names files, a layer of a network other tensors.
    init(from decoder: any Decoder) throws {
      if let name = try? decoder.singleValueContainer().decode(String.self) {
        file = name + ".npy"
      } else {
        file = try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .file)
      }
    }
    enum Key: CodingKey { case file }
  }

  let op: String
  let tensors: [String: Tensor]?
  let requantization: Rescaling?
  let activation: Range?
  let input_zero_point: Int?
  let input2_zero_point: Int?
  let output_zero_point: Int?
  let weight_zero_point: Int?
  let input_bits: Int?
  let weight_bits: Int?
  let output_bits: Int?
  let bias_type: String?
  let mismatches_if: [String: Int]?
  // Windows.
  let stride: Extent?
  let dilation: Extent?
  let window: Extent?
  let padding: Padding?
  let groups: Int?
  // Products of matrices, borders, transpositions, softmax.
  let adj_x: Bool?
  let adj_y: Bool?
  let pad_before: [Int]?
  let pad_after: [Int]?
  let pad_value: Int?
  let permutation: [Int]?
  let axis: Int?
  // Layers with a memory.
  let rank: Int?
  let state_activation: Range?
  let gates: [String: Gate]?
  let time_major: Bool?
  let cell_scale_power: Int?
  let cell_clip: Int?
  let forget_to_cell: Multiplier?
  let input_to_cell: Multiplier?
  let output: Multiplier?
  // Networks.
  let layers: [CMSISNNOperator]?
  let input_shape: [Int]?
  let output_shape: [Int]?
}

/// A folder of `vectors/cmsis-nn`: what one operator must do to the last bit.
struct CMSISNNCase {
  let name: String
  let fields: CMSISNNOperator

  static let folder = "vectors/cmsis-nn"

  /// The names of the cases of an operator, in the order of the index; all cases for nil.
  static func names(of op: String?) throws -> [String] {
    let index = try String(
      contentsOfFile: "\(SharedData.root)/\(folder)/INDEX.csv", encoding: .utf8)
    return index.split(whereSeparator: \.isNewline).dropFirst().compactMap { line in
      let cells = line.split(separator: ",")
      return op == nil || cells[1] == op ?? "" ? String(cells[0]) : nil
    }
  }

  init(_ name: String) throws {
    self.name = name
    let path = "\(SharedData.root)/\(Self.folder)/\(name)/case.json"
    fields = try JSONDecoder().decode(
      CMSISNNOperator.self, from: try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// The array of a role of an operator of this case, nil when it has none.
  func array(_ role: String, of op: CMSISNNOperator? = nil) throws -> NumPyArray? {
    guard let tensor = (op ?? fields).tensors?[role] else { return nil }
    return try NumPyFile.array(at: "\(SharedData.root)/\(Self.folder)/\(name)/\(tensor.file)")
  }

  /// The integers of a role; empty when the operator has none.
  func integers(_ role: String, of op: CMSISNNOperator? = nil) throws -> [Int] {
    guard let array = try array(role, of: op) else { return [] }
    return array.integers(0..<array.count)
  }

  /// The codes of a role with their shape.
  func codes(_ role: String, of op: CMSISNNOperator? = nil) throws -> Tensor<Int32> {
    guard let array = try array(role, of: op) else { throw CMSISNNProblem.missing(role) }
    return Tensor(shape: array.shape, elements: array.integers(0..<array.count).map(Int32.init))
  }

  /// The real multipliers `m * 2^(e - 31)`, exactly.
  func multipliers(of op: CMSISNNOperator? = nil) throws -> [Double] {
    zip(try integers("multipliers", of: op), try integers("shifts", of: op)).map {
      Double(sign: .plus, exponent: $1 - 31, significand: Double($0))
    }
  }
}

enum CMSISNNProblem: Error {
  case missing(String)
  case unknown(String)
}
