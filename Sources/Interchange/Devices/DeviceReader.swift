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
  /// The node of the device in nm, which models and scaled energies need; nil until it is read.
  var technology: Int?

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
    self.technology = whole(technology, "nm", at: map?["technology"])
    let arithmetic = map?.required("arithmetic", example: "arithmetic: …", &problems)
      .flatMap { self.arithmetic($0) }
    let compute = map?.required("compute", example: "compute: …", &problems)
      .flatMap { self.compute($0) }
    let memories = map?.required("memories", example: "memories: …", &problems)
      .flatMap { self.memories($0, clock: clock) }
    var device = Device(
      name: name, summary: summary ?? "",
      technology: self.technology ?? 1,
      clock: clock, arithmetic: arithmetic?.spec ?? ArithmeticSpec(), preset: arithmetic?.preset,
      compute: compute ?? .standIn,
      memories: memories ?? [], sources: sources)
    device.spatialReduction = arithmetic?.reduction
    return device
  }
}
