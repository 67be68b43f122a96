public import Quantities

/// A connection between two devices of a platform.
public struct PlatformLink: Hashable, Sendable {
  /// The names of the two devices; data goes both ways.
  public var ends: [String]
  /// The rate of data in bits a second.
  public var bitsPerSecond: Double
  /// What each transfer takes beside its data.
  public var latency: Seconds
  /// The energy of moving a bit.
  public var energy: PicojoulesPerBit

  /// A connection.
  public init(
    ends: [String], bitsPerSecond: Double, latency: Seconds, energy: PicojoulesPerBit
  ) {
    self.ends = ends
    self.bitsPerSecond = bitsPerSecond
    self.latency = latency
    self.energy = energy
  }

  /// The time that a transfer takes.
  public func time(for bits: Bits) -> Seconds {
    Seconds(latency.value + Double(bits.count) / bitsPerSecond)
  }
}

/// The order of the elements of an image in a device's memory.
public enum ActivationLayout: String, Hashable, Sendable, CaseIterable {
  /// [h, w, c].
  case channelsLast = "channels-last"
  /// [c, h, w].
  case channelsFirst = "channels-first"
}

/// Several devices and the links between them: a network's layers are placed on them.
public struct Platform: Hashable, Sendable {
  /// A device under the name that it has in the platform.
  public struct Member: Hashable, Sendable {
    /// The name in the platform.
    public var name: String
    /// The device.
    public var device: Device
    /// How it stores images.
    public var layout: ActivationLayout

    /// A device of a platform.
    public init(name: String, device: Device, layout: ActivationLayout = .channelsLast) {
      self.name = name
      self.device = device
      self.layout = layout
    }
  }

  /// The name: the file name without the ending.
  public var name: String
  /// One line for lists.
  public var summary: String
  /// The devices; inputs of the network lie with the first.
  public var members: [Member]
  /// The links.
  public var links: [PlatformLink]
  /// Layers placed by hand: the name of the device by that of the layer.
  public var placement: [String: String]
  /// The source of each figure, by its path in the file.
  public var sources: [String: String]

  /// A platform of these parts.
  public init(
    name: String, summary: String, members: [Member], links: [PlatformLink],
    placement: [String: String] = [:], sources: [String: String] = [:]
  ) {
    self.name = name
    self.summary = summary
    self.members = members
    self.links = links
    self.placement = placement
    self.sources = sources
  }

  /// The direct link between two members, or nil.
  public func link(_ one: Int, _ other: Int) -> PlatformLink? {
    links.first { Set($0.ends) == [members[one].name, members[other].name] }
  }

  /// The links from one member to another with the shortest time for a transfer, in order; empty for a
  /// member and itself, nil when there is no way.
  public func route(from start: Int, to end: Int, bits: Bits) -> [PlatformLink]? {
    var best = [Double](repeating: .infinity, count: members.count)
    var routes = [[PlatformLink]](repeating: [], count: members.count)
    best[start] = 0
    var open = Set(members.indices)
    while let next = open.min(by: { (best[$0], $0) < (best[$1], $1) }), best[next] < .infinity {
      open.remove(next)
      for other in open {
        guard let link = link(next, other) else { continue }
        let time = best[next] + link.time(for: bits).value
        if time < best[other] {
          best[other] = time
          routes[other] = routes[next] + [link]
        }
      }
    }
    return best[end] < .infinity ? routes[end] : nil
  }

  /// All rules that the parts break together; empty for a platform that can be simulated.
  public var problems: [DeviceProblem] {
    var problems = DeviceProblems()
    let names = members.map(\.name)
    problems.require(
      members.count > 1, "devices", "a platform has two devices at least",
      "add another, or simulate on the device itself")
    problems.require(
      Set(names).count == names.count, "devices", "two devices have the same name",
      "choose another name")
    for (index, link) in links.enumerated() {
      let path = "links[\(index)]"
      problems.require(
        link.ends.count == 2 && Set(link.ends).count == 2, "\(path).between",
        "a link joins two devices", "write e.g. [npu, cpu]")
      for end in link.ends {
        problems.require(
          names.contains(end), "\(path).between", "there is no device \"\(end)\" here",
          "write one of \(names.joined(separator: ", "))")
      }
      problems.require(
        link.bitsPerSecond >= 1 && link.bitsPerSecond <= 1e15, "\(path).bandwidth",
        "a bandwidth must lie between 1 bit/s and 1e15 bit/s", "write e.g. \"1.6 GB/s\"")
      problems.require(
        link.latency.value >= 0 && link.latency.value <= 10, "\(path).latency",
        "a latency must lie between 0 and 10 s", "write e.g. \"2 us\"")
      problems.require(
        link.energy.value >= 0 && link.energy.value <= 1e9, "\(path).energy",
        "an energy must lie between 0 and 1e9 pJ/bit", "write e.g. \"8 pJ/bit\"")
    }
    for (layer, device) in placement.sorted(by: { $0.key < $1.key }) {
      problems.require(
        names.contains(device), "placement.\(layer)", "there is no device \"\(device)\" here",
        "write one of \(names.joined(separator: ", "))")
    }
    if problems.found.isEmpty {
      for member in members.indices.dropFirst() {
        problems.require(
          route(from: 0, to: member, bits: .zero) != nil, "links",
          "no link leads to \"\(members[member].name)\"", "add one")
      }
    }
    return problems.found
  }
}
