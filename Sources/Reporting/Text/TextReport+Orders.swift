internal import Arithmetic
internal import Simulation

extension TextReport {
  /// The order in which each layer adds, where mappings say it.
  static func orders(_ result: SimulationResult) -> [String] {
    let layers = result.layers.filter { $0.order != nil }
    guard !layers.isEmpty else { return [] }
    var table = TextTable()
    table.add(isRight: false, isShortened: true, cells: layers.map(\.name))
    table.add(
      isRight: false, isShortened: true, cells: layers.map { $0.order?.description ?? "" })
    let legend =
      "outermost loop first; c/16: blocks of 16 input channels; tree: summed exactly; "
      + "sum: in a register that starts from zero"
    return ["order of additions"] + table.lines(indent: 2)
      + LabelledText.wrapped(legend, after: "  ")
  }
}
