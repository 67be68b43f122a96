import Foundation

/// One recorded run of ZigZag: a layer, its mapping and the words that it counted.
struct ZigZagVector: Decodable {
  /// The words that one operand moves through the ports of one level.
  struct Words: Decodable {
    var readToLow: Double
    var writtenByLow: Double
    var readToHigh: Double
    var writtenByHigh: Double

    enum CodingKeys: String, CodingKey {
      case readToLow = "rd_out_to_low"
      case writtenByLow = "wr_in_by_low"
      case readToHigh = "rd_out_to_high"
      case writtenByHigh = "wr_in_by_high"
    }
  }

  struct Layer: Decodable {
    var equationRelations: [String]
    var loopDimensions: [String: Int]
    var operandPrecision: [String: Int]

    enum CodingKeys: String, CodingKey {
      case equationRelations = "equation_relations"
      case loopDimensions = "loop_dimensions"
      case operandPrecision = "operand_precision"
    }

    /// The step of a window along `name`: 4 in `IX = 4*OX + 1*FX`.
    func stride(_ name: String) throws -> Int {
      guard let relation = equationRelations.first(where: { $0.contains("*\(name) ") }) else {
        return 1
      }
      let factor = relation.split(separator: "=").last?.split(separator: "*").first ?? ""
      guard let stride = Int(factor.trimmingCharacters(in: .whitespaces)) else {
        throw ValidationProblem("costs/zigzag/vectors.json: no stride in \"\(relation)\"")
      }
      return stride
    }
  }

  /// A loop of a mapping, written `(OX, 54)`.
  struct Loop: Decodable, Equatable {
    var dimension: String
    var count: Int

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      let text = try container.decode(String.self)
      let parts = text.trimmingCharacters(in: ["(", ")"]).split(separator: ",")
      guard parts.count == 2, let count = Int(parts[1].trimmingCharacters(in: .whitespaces)) else {
        throw DecodingError.dataCorruptedError(in: container, debugDescription: "loop \(text)")
      }
      dimension = String(parts[0])
      self.count = count
    }
  }

  /// The hardware and the network.
  var tag: String
  var name: String
  var layer: Layer
  /// By operand (O, I, W), from the innermost memory level that it has outwards.
  var words: [String: [Words]]
  /// By operand, from the multipliers outwards.
  var spatial: [String: [[Loop]]]
  /// By operand, from the innermost memory level outwards, in each the innermost loop first.
  var temporal: [String: [[Loop]]]

  enum CodingKeys: String, CodingKey {
    case tag
    case name = "layer"
    case layer = "layer_in"
    case words = "word_accesses"
    case spatial = "spatial_mapping"
    case temporal = "temporal_mapping"
  }
}
