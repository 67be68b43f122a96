import Devices
import Mappings
import Quantities

/// The hardware of ZigZag's runs, from its three files: which levels each operand passes, and the words of
/// their ports.
struct ZigZagHardware {
  /// A memory level, outermost first in `levels`.
  struct Level {
    var name: String
    var operands: Set<Operand>
    var sharedAlong: Set<ArrayDimension>
    /// The least and the most bits that a port moves at a time.
    var ports: @Sendable (Operand, Direction) -> (least: Int, most: Int)
  }

  /// What passes through a port.
  enum Direction: String, CaseIterable, Sendable {
    case readToLow = "read inwards"
    case writtenByLow = "written from inside"
    case readToHigh = "read outwards"
    case writtenByHigh = "written from outside"
  }

  /// Where each loop in space lies, by dimension of the layer.
  var places: [String: LoopPlace]
  var levels: [Level]

  /// The hardware of a run by the beginning of its tag.
  static func hardware(of tag: String) throws -> ZigZagHardware {
    if tag.hasPrefix("gemm_l1_l3__") { return gemm(withL3: true) }
    if tag.hasPrefix("gemm_l1__") { return gemm(withL3: false) }
    if tag.hasPrefix("tpu_like__") { return tpu }
    throw ValidationProblem("costs/zigzag/vectors.json: the hardware of \(tag) is not known")
  }

  private static let whole = MemoryLevel.wholeArray

  /// `gemm_l1.yaml` and `gemm_l1_l3.yaml`: D1 along the rows, D2 along the columns, D3 on the lanes.
  private static func gemm(withL3: Bool) -> ZigZagHardware {
    let l3 = Level(
      name: "l3", operands: Set(Operand.allCases), sharedAlong: whole, ports: { _, _ in (512, 512) }
    )
    let l1 = Level(
      name: "l1", operands: Set(Operand.allCases), sharedAlong: whole,
      ports: { operand, direction in
        switch direction {
        case .readToHigh, .writtenByHigh: (64, 512)
        case .readToLow, .writtenByLow: (64, operand == .outputs ? 2048 : 512)
        }
      })
    let register = Level(
      name: "reg_O", operands: [.outputs], sharedAlong: [.columns], ports: { _, _ in (32, 32) })
    return ZigZagHardware(
      places: ["D0": .rows, "D2": .columns, "D1": .lanes],
      levels: (withL3 ? [l3] : []) + [l1, register])
  }

  /// `tpu_like.yaml`: D1 along the rows, D2 along the columns.
  private static let tpu = ZigZagHardware(
    places: ["K": .rows, "C": .columns],
    levels: [
      Level(
        name: "dram", operands: Set(Operand.allCases), sharedAlong: whole,
        ports: { _, _ in (64, 64) }),
      Level(
        name: "sram_2MB", operands: [.inputs, .outputs], sharedAlong: whole,
        ports: { _, _ in (64, 2048) }),
      Level(
        name: "rf_2B", operands: [.outputs], sharedAlong: [], ports: { _, _ in (16, 16) }),
      Level(
        name: "rf_128B", operands: [.weights], sharedAlong: [], ports: { _, _ in (8, 8) }),
    ])

  /// The levels that hold an operand, innermost first, as indices of `levels`.
  func holders(of operand: Operand) -> [Int] {
    levels.indices.reversed().filter { levels[$0].operands.contains(operand) }
  }
}
