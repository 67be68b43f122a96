import Devices
import Foundation

extension ValidationTarget {
  /// ZigZag's word accesses of each operand, level and direction.
  static let zigZag = ValidationTarget(
    title: "ZigZag 3.9.1, three devices: word accesses by operand, level and direction",
    source: "costs/zigzag/vectors.json and its hardware files, recorded outputs of ZigZag",
    assumptions: """
      its conventions, read off its figures: a transfer takes whole multiples of the port's least \
      width and is counted in words of its greatest, rounded down at the end; a partial sum is read the \
      first time too (our `parentWrites`) and goes to every unit of a reduction; where partial sums come \
      back, finished ones are as wide; weights and inputs that do not change are not read again; the array \
      reads padding, memories outside it do not hold it; padding is (F - 1) / 2, none in AlexNet's first \
      layer; a spatial factor of 31.25 is 32 units, of which the last has less
      """
  ) { data in
    let vectors = try JSONDecoder().decode(
      [ZigZagVector].self, from: data.bytes("costs/zigzag/vectors.json"))
    return try vectors.flatMap(ZigZagRun.rows)
  }
}

extension ZigZagRun {
  /// The words of all ports of a run that one of the two counts.
  static func rows(_ vector: ZigZagVector) throws -> [ValidationRow] {
    let run = try ZigZagRun(vector)
    let hardware = try ZigZagHardware.hardware(of: vector.tag)
    var rows: [ValidationRow] = []
    for (operand, letter) in letters {
      for (level, words) in zip(hardware.holders(of: operand), vector.words[letter] ?? []) {
        for direction in ZigZagHardware.Direction.allCases {
          let theirs =
            switch direction {
            case .readToLow: words.readToLow
            case .writtenByLow: words.writtenByLow
            case .readToHigh: words.readToHigh
            case .writtenByHigh: words.writtenByHigh
            }
          let ours = try run.words(operand, level: level, direction)
          if ours == 0, theirs == 0 { continue }
          let name = hardware.levels[level].name
          rows.append(
            ValidationRow(
              "\(vector.tag) \(vector.name), \(name), \(operand.rawValue) \(direction.rawValue)",
              unit: "words", ours: ours, theirs: theirs, bar: .exact))
        }
      }
    }
    return rows
  }
}
