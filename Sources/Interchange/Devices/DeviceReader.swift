import Arithmetic
import Devices
import Quantities

/// Reads the tree of a hwconfig into a device and collects what is wrong.
///
/// A part that is missing or wrong gets a stand-in, so that the rest can be read and verified; the
/// device is used only when there was no problem.
struct DeviceReader {
  /// What is wrong so far.
  var problems: YAMLProblems
  /// The source of each figure by its path.
  var sources: [String: String] = [:]

  /// A reader that adds to these problems.
  init(problems: YAMLProblems) {
    self.problems = problems
  }

  /// The device of a file.
  mutating func device(_ root: YAMLNode, name: String) -> Device {
    let keys = ["summary", "technology", "clock", "arithmetic", "compute", "memories"]
    let map = root.mapping(keys: keys, &problems)
    let summary =
      map?.required("summary", example: "summary: \"what it is\"", &problems)?
      .text(example: "\"what it is\"", &problems)
    let technology = number(
      map, "technology", .length, example: "technology: {value: 45 nm, source: \"…\"}", from: nil)
    let frequency = number(
      map, "clock", .frequency, example: "clock: {value: 200 MHz, source: \"…\"}", from: nil)
    let clock = Hertz(frequency ?? 1e6)
    let arithmetic = map?.required("arithmetic", example: "arithmetic: …", &problems)
      .flatMap { self.arithmetic($0) }
    let compute = map?.required("compute", example: "compute: …", &problems)
      .flatMap { self.compute($0) }
    let memories = map?.required("memories", example: "memories: …", &problems)
      .flatMap { self.memories($0, clock: clock) }
    return Device(
      name: name, summary: summary ?? "",
      technology: whole(technology, "nm", at: map?["technology"]) ?? 1,
      clock: clock, arithmetic: arithmetic ?? ArithmeticSpec(), compute: compute ?? .standIn,
      memories: memories ?? [], sources: sources)
  }

  private mutating func arithmetic(_ node: YAMLNode) -> ArithmeticSpec? {
    let keys = ["source", "accumulator", "order", "lanes", "bias", "requantization"]
    guard let map = node.mapping(keys: keys, &problems) else { return nil }
    let source = self.source(map)
    var spec = ArithmeticSpec()
    if let value = figure(map, "accumulator", example: "accumulator: 20:saturate", from: source),
      let accumulator = accumulator(value)
    {
      spec.accumulator = accumulator
    }
    if let order = map.required("order", example: "order: kernel-major", &problems)?
      .choice(of: AccumulationOrder.self, &problems)
    {
      spec.order = order
    }
    if let value = figure(map, "lanes", example: "lanes: 1", from: source),
      let lanes = value.integer(in: 1...1024, example: 1, &problems)
    {
      spec.lanes = lanes
    }
    if let bias = map.required("bias", example: "bias: last", &problems)?
      .choice(of: BiasPosition.self, &problems)
    {
      spec.bias = bias
    }
    if let flavour = map.required("requantization", example: "requantization: gemmlowp", &problems)?
      .choice(of: RequantizationFlavour.self, &problems)
    {
      spec.requantization = flavour
    }
    return spec
  }

  private mutating func accumulator(_ node: YAMLNode) -> Accumulator? {
    guard let text = node.text(example: "20:saturate", &problems) else { return nil }
    do throws(Accumulator.SpellingError) {
      return try Accumulator(spelling: text)
    } catch {
      switch error {
      case .width(let bits):
        problems.add(
          node.place, "an accumulator has 2 to 64 bits, not \(bits)", "write e.g. 20:saturate")
      case .form:
        problems.add(
          node.place, "\"\(text)\" is not an accumulator",
          "write BITS:wrap, BITS:saturate or unlimited")
      }
      return nil
    }
  }
}
