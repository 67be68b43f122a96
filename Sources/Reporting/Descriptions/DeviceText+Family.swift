internal import Devices

extension DeviceText {
  /// The law of operand widths and what a family has beside an array.
  static func family(_ compute: Compute) -> [String] {
    var lines: [String] = []
    if compute.precision != .table {
      lines += LabelledText.wrapped(
        "times the products of \(compute.precision.law.rawValue): \(compute.precision.text)",
        after: "  ")
      let widths = [1, 2, 4, 8, 16].map {
        "\($0) bit \(number(compute.precision.products(weights: $0, activations: $0)))"
      }
      lines += LabelledText.wrapped(
        "products a cycle, both operands alike: \(widths.joined(separator: ", "))", after: "  ")
    }
    switch compute.family {
    case .array, .convolutionCore, .processor: break
    case .fusionArray:
      lines += [
        "", "family       fusion array: a buffer for each operand, loops of constant length",
      ]
    case .pipeline:
      guard let fabric = compute.pipeline else { break }
      lines += ["", "family       pipeline: an engine for each layer, all at the same time"]
      lines += LabelledText.wrapped(
        "\(fabric.luts) LUTs, \(fabric.dsps) DSP slices of \(fabric.packing.widePort) x "
          + "\(fabric.packing.narrowPort) bits, \(fabric.blockRAMs) blocks of 18 Kib; products of "
          + "operands up to \(fabric.lutOperandBits) bits together in LUTs",
        after: "fabric       ")
    }
    return lines
  }
}
