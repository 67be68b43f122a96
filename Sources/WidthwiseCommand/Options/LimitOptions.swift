import ArgumentParser
internal import Foundation
import Widthwise

/// What a search must keep.
struct LimitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Top-1 may be so many points below float, such as 1% (absolute).", valueName: "POINTS"))
  var maxDrop: String?

  @Option(
    help: ArgumentHelp(
      "Top-1 may be below float by such a share of float's, such as 1%.", valueName: "SHARE"))
  var maxRelativeDrop: String?

  @Flag(
    help:
      "--max-drop holds for the lower end of the 95 % interval of the accuracy, not for its middle."
  )
  var confident = false

  @Option(
    name: .customLong("min-sqnr"),
    help: ArgumentHelp(
      "Outputs keep this signal to noise against float; for networks without labels.",
      valueName: "DB"))
  var minSQNR: Double?

  @Option(
    help: ArgumentHelp(
      "Parameters fit in this memory: 256KB, 2MB (powers of 1024).", valueName: "SIZE"))
  var flash: String?

  @Option(
    help: ArgumentHelp(
      "The activations of a sample that live at a time fit in this memory: 64KB.",
      valueName: "SIZE"))
  var ram: String?

  @Flag(help: "Overflow is proven absent, whatever the input.")
  var noOverflow = false

  @Option(
    help: ArgumentHelp(
      "At most this share of the outputs overflows on the samples, such as 0.1% or 0.",
      valueName: "SHARE"))
  var maxOverflowRate: String?

  /// The limits; where none is given that of a lossless use: 1 point, or 20 dB without labels.
  func constraints(_ workload: Workload) throws -> [Constraint] {
    var result: [Constraint] = []
    let hasLabels = workload.labels != nil && workload.evaluation != nil
    if let maxDrop {
      let limit = try Self.share(maxDrop, "--max-drop")
      result.append(
        confident ? .confidentDrop(atMost: limit) : .absoluteDrop(atMost: limit))
    } else if confident {
      throw BadInput("--confident: says how --max-drop is meant; give --max-drop, e.g. 2%")
    }
    if let maxRelativeDrop {
      result.append(
        .relativeDrop(atMost: try Self.share(maxRelativeDrop, "--max-relative-drop")))
    }
    if !hasLabels, maxDrop != nil || maxRelativeDrop != nil {
      throw BadInput(
        "\(maxDrop != nil ? "--max-drop" : "--max-relative-drop"): there are no labels; "
          + "give --labels, or limit the output error with --min-sqnr 20")
    }
    if let minSQNR {
      guard (-100...200).contains(minSQNR) else {
        throw BadInput("--min-sqnr \(minSQNR): must be -100 to 200 dB")
      }
      guard workload.evaluation != nil, workload.quantized == nil else {
        throw BadInput(
          "--min-sqnr: needs samples and a float network to compare with; give --inputs")
      }
      result.append(.signalToNoise(atLeast: minSQNR))
    }
    if let flash { result.append(.storage(atMost: try Self.size(flash, "--flash"))) }
    if let ram { result.append(.liveActivations(atMost: try Self.size(ram, "--ram"))) }
    if noOverflow || maxOverflowRate != nil, workload.evaluation == nil {
      throw BadInput(
        "\(noOverflow ? "--no-overflow" : "--max-overflow-rate"): nothing is executed; give --inputs"
      )
    }
    if noOverflow { result.append(.provenOverflowAbsence) }
    if let maxOverflowRate {
      result.append(
        .overflowRate(atMost: try Self.share(maxOverflowRate, "--max-overflow-rate")))
    }
    return result
  }

  /// Whether something is said of how much may be lost.
  var limitsLoss: Bool { maxDrop != nil || maxRelativeDrop != nil || minSQNR != nil }

  /// Whether a memory is limited.
  var limitsMemory: Bool { flash != nil || ram != nil }

  /// A share such as `1%` or `0.01`.
  static func share(_ text: String, _ option: String) throws -> Double {
    let isPercent = text.hasSuffix("%")
    let digits = (isPercent ? text.dropLast() : text[...]).trimmingCharacters(in: .whitespaces)
    guard let number = Double(digits), number >= 0, number <= 100, isPercent || number < 1 else {
      throw BadInput("\(option) \(text): is not a share below 1; write e.g. 1% or 0.01")
    }
    return isPercent ? number / 100 : number
  }

  /// A memory such as `256KB`.
  static func size(_ text: String, _ option: String) throws -> Bits {
    let upper = text.uppercased()
    let units = [
      ("KIB", 1024), ("MIB", 1 << 20), ("KB", 1024), ("MB", 1 << 20), ("K", 1024), ("M", 1 << 20),
      ("B", 1), ("", 1),
    ]
    for (unit, bytes) in units where upper.hasSuffix(unit) {
      let digits = upper.dropLast(unit.count).trimmingCharacters(in: .whitespaces)
      guard let number = Double(digits) else { continue }
      let size = number * Double(bytes)
      guard size >= 1, size <= 0x1p40 else { break }
      return Bits.bytes(Int(size))
    }
    throw BadInput("\(option) \(text): is not a size; write e.g. 256KB or 2MB (powers of 1024)")
  }
}
