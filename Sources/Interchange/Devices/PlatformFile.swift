public import Devices
import Foundation
import Quantities

/// Descriptions of platforms: several devices and their links, keys in `hwconfigs/README.md`.
public enum PlatformFile {
  /// The verified platform of a command-line argument: the name of a bundled one or a path.
  ///
  /// - Throws: all problems of the file and of the devices that it names.
  public static func platform(
    _ argument: String, in bundled: BundledFiles
  ) throws(YAMLError) -> Platform {
    if let path = bundled.platformPath(named: argument) {
      return try platform(at: path, in: bundled)
    }
    if argument.contains("/") || argument.hasSuffix(".yaml") || argument.hasSuffix(".yml") {
      return try platform(at: argument, in: bundled)
    }
    let remedy = Suggestion.remedy(
      for: argument, among: bundled.platformNames, listing: "write a path or one of")
    throw YAMLError(problems: ["platform \"\(argument)\": is not bundled; \(remedy)"])
  }

  /// Whether a command-line argument names a platform: a bundled one, or a file with `devices:`.
  public static func isPlatform(_ argument: String, in bundled: BundledFiles) -> Bool {
    if bundled.platformPath(named: argument) != nil { return true }
    if bundled.devicePath(named: argument) != nil { return false }
    var problems = YAMLProblems(file: argument)
    guard let root = try? YAMLDocument(path: argument, &problems).root,
      case .mapping(let entries) = root.content
    else { return false }
    return entries.contains { $0.key == "devices" }
  }

  /// The verified platform that a file describes, named after the file.
  ///
  /// Devices are named or written as paths relative to the file.
  public static func platform(
    at path: String, in bundled: BundledFiles
  ) throws(YAMLError) -> Platform {
    var problems = YAMLProblems(file: path)
    let root = try YAMLDocument(path: path, &problems).root
    var reader = DeviceReader(problems: problems)
    let url = URL(fileURLWithPath: path)
    let platform = try reader.platform(
      root, name: url.deletingPathExtension().lastPathComponent
    ) { name throws(YAMLError) in
      let isPath = name.hasSuffix(".yaml") || name.hasSuffix(".yml")
      let beside = url.deletingLastPathComponent().appendingPathComponent(name).path
      return try DeviceFile.device(isPath && !name.hasPrefix("/") ? beside : name, in: bundled)
    }
    problems = reader.problems
    for problem in platform.problems where !reader.problems.concern(problem.path) {
      problems.add(root.place(of: problem.path), problem.rule, problem.remedy)
    }
    try problems.check()
    return platform
  }
}

extension DeviceReader {
  /// The platform of a file; a device that cannot be read ends the reading.
  fileprivate mutating func platform(
    _ root: YAMLNode, name: String, device: (String) throws(YAMLError) -> Device
  ) throws(YAMLError) -> Platform {
    let map = root.mapping(keys: ["summary", "devices", "links", "placement"], &problems)
    let summary =
      map?.required("summary", example: "summary: \"what it is\"", &problems)?
      .text(example: "\"what it is\"", &problems)
    var platform = Platform(name: name, summary: summary ?? "", members: [], links: [])
    let devices = map?.required("devices", example: "devices: {npu: edge-npu}", &problems)
    for entry in devices.map({ entries($0) }) ?? [] {
      var layout = ActivationLayout.channelsLast
      var node = entry.value
      if node.isMapping {
        guard let block = node.mapping(keys: ["device", "layout"], &problems),
          let inner = block.required("device", example: "device: edge-npu", &problems)
        else { continue }
        layout = block["layout"]?.choice(of: ActivationLayout.self, &problems) ?? layout
        node = inner
      }
      guard let text = node.text(example: "edge-npu", &problems) else { continue }
      platform.members.append(
        Platform.Member(name: entry.key, device: try device(text), layout: layout))
    }
    let links = map?.required("links", example: "links: [{between: [a, b], …}]", &problems)?
      .sequence(example: "[{between: [a, b], …}]", &problems)
    platform.links = (links ?? []).compactMap { link($0) }
    for entry in map?["placement"].map({ entries($0) }) ?? [] {
      platform.placement[entry.key] = entry.value.text(example: "npu", &problems)
    }
    platform.sources = sources
    return platform
  }

  /// The keys and values of a block whose keys are names.
  private mutating func entries(_ node: YAMLNode) -> [YAMLNode.Entry] {
    guard case .mapping(let entries) = node.content else {
      problems.add(
        node.place, "must be a block of names and values", "write e.g. {npu: edge-npu}")
      return []
    }
    return entries
  }

  private mutating func link(_ node: YAMLNode) -> PlatformLink? {
    let keys = ["between", "bandwidth", "latency", "energy", "source"]
    guard let map = node.mapping(keys: keys, &problems) else { return nil }
    let source = self.source(map)
    let ends = map.required("between", example: "between: [npu, cpu]", &problems)?
      .sequence(example: "[npu, cpu]", &problems)?
      .compactMap { $0.text(example: "npu", &problems) }
    let rates = YAMLUnits(
      "a bandwidth", [("bit/s", 1), ("MB/s", 8e6), ("GB/s", 8e9)], example: "1.6 GB/s")
    let times = YAMLUnits(
      "a latency", [("s", 1), ("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9)], example: "2 us")
    let bandwidth = number(
      map, "bandwidth", rates, example: "bandwidth: 1.6 GB/s", from: source)
    let latency = number(map, "latency", times, example: "latency: 2 us", from: source)
    let energy = number(
      map, "energy", YAMLUnits.accessEnergy(wordBits: 1),
      example: "energy: {value: 8 pJ/bit, source: \"…\"}", kind: .energy, from: source)
    guard let ends, let bandwidth, let latency, let energy else { return nil }
    return PlatformLink(
      ends: ends, bitsPerSecond: bandwidth, latency: Seconds(latency),
      energy: PicojoulesPerBit(energy))
  }
}
