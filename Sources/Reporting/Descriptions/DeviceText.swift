internal import Arithmetic
public import Devices
internal import Quantities

/// Devices in words and tables, at most 100 columns wide.
public enum DeviceText {
  /// One line for each device.
  public static func list(_ devices: [Device]) -> String {
    let width = devices.map(\.name.count).max() ?? 0
    return devices.map { device in
      let name = padded(device.name, width)
      let sums = padded("\(device.arithmetic.finalAccumulator)", 11)
      let room = max(20, 100 - width - 15)
      return "\(name)  \(sums)  \(clipped(device.summary, room))\n"
    }.joined()
  }

  /// Everything about one device.
  public static func text(_ device: Device) -> String {
    let compute = device.compute
    let arithmetic = device.arithmetic
    var lines = wrapped("\(device.name): \(device.summary)")
    lines += [
      "",
      "clock        \(number(device.clock.value / 1e6)) MHz, \(device.technology) nm",
    ]
    lines += computeLines(compute)
    lines += LabelledText.wrapped(
      ArithmeticWords.text(arithmetic, preset: device.preset?.name), after: "arithmetic   ")
    lines += [
      "",
      ratesTitle(compute),
      "  weights  activations  accumulator      rate",
    ]
    for row in compute.throughput {
      lines.append(
        "  \(right("\(row.weightBits) bit", 7))  \(right("\(row.activationBits) bit", 11))  "
          + "\(right("\(row.accumulatorBits) bit", 11))  \(right(number(row.macsPerCycle), 8))")
    }
    if compute.depthwiseRate < 1 {
      lines.append("  depthwise layers: times \(number(compute.depthwiseRate))")
    }
    lines += family(compute)
    let energy = compute.macEnergy
    lines += [
      "",
      "MAC energy   \(number(energy.multiply.value)) pJ a \(energy.multiplyBits)-bit multiply + "
        + "\(number(energy.add.value)) pJ a \(energy.addBits)-bit add + "
        + "\(number(energy.overhead.value)) pJ overhead"
        + (energy.busyCycle > .zero
          ? "; \(number(energy.busyCycle.value)) pJ a busy cycle" : ""),
    ]
    lines += powers(device)
    lines += [
      "",
      "level         capacity   word   read bit/cycle  write bit/cycle  read pJ/bit  write pJ/bit",
    ]
    for memory in device.memories {
      lines.append(
        "\(padded(memory.name, 11)) \(right(capacity(memory), 10))"
          + "\(right("\(memory.wordBits) b", 7))"
          + "\(right(number(memory.readBandwidth.value), 17))"
          + "\(right(number(memory.writeBandwidth.value), 17))"
          + "\(right(range(memory.readEnergy), 13))\(right(range(memory.writeEnergy), 14))")
      lines += wrapped(
        "  holds \(holds(memory))" + (memory.isPerUnit ? ", one for each unit" : "")
          + (memory.isDoubleBuffered ? ", double buffered" : "")
          + (memory.hasQueues ? ", with queues" : ""))
      for port in memory.ports {
        let operands = port.operands.sorted().map(\.rawValue).joined(separator: ", ")
        let sides = port.sides.count == 1 ? port.sides.map { ", \($0.rawValue) side" }.joined() : ""
        lines += wrapped(
          "  port \(port.name): \(port.access.rawValue), \(number(port.bandwidth.value)) bit/cycle, "
            + operands + sides)
      }
    }
    lines += ["", "sources"]
    for (path, source) in device.sources.sorted(by: { $0.key < $1.key }) {
      lines += wrapped("  \(path): \(source)")
    }
    return lines.map { $0.trimmedEnd + "\n" }.joined()
  }

  /// What stands in the column of capacities; amounts of single operands follow on the next line.
  private static func capacity(_ memory: MemoryLevel) -> String {
    guard memory.operandCapacity.isEmpty else { return "by operand" }
    return memory.capacity.map(amount) ?? "unlimited"
  }

  /// The operands of a level with the capacity that each has for itself, then those that share one.
  private static func holds(_ memory: MemoryLevel) -> String {
    let operands = Operand.allCases.filter(memory.operands.contains)
    guard !memory.operandCapacity.isEmpty else {
      return operands.map(\.rawValue).joined(separator: ", ")
    }
    var parts: [String] = []
    for operand in operands {
      guard let own = memory.operandCapacity[operand] else { continue }
      parts.append("\(operand.rawValue) \(amount(own))")
    }
    let shared = operands.filter { memory.operandCapacity[$0] == nil }.map(\.rawValue)
    if !shared.isEmpty {
      let capacity = memory.capacity.map(amount) ?? "unlimited"
      parts.append("\(shared.joined(separator: " and ")) \(capacity)")
    }
    return parts.joined(separator: ", ")
  }

  private static func amount(_ capacity: Bits) -> String {
    capacity.bytes >= 1024
      ? number(capacity.bytes / 1024) + " KiB" : number(capacity.bytes) + " B"
  }

  private static func range(_ energies: [Operand: PicojoulesPerBit]) -> String {
    let values = energies.values.map(\.value).sorted()
    guard let low = values.first, let high = values.last else { return "0" }
    return low == high ? number(low) : "\(number(low))-\(number(high))"
  }

  /// A number with up to four significant digits.
  static func number(_ value: Double) -> String {
    guard value != value.rounded() || abs(value) >= 1e15 else { return String(Int(value)) }
    let places = max(0, 3 - Int(value.magnitude.exponent) * 3 / 10)
    var scale = 1.0
    for _ in 0..<min(places, 6) { scale *= 10 }
    let text = String((value * scale).rounded() / scale)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  static func clipped(_ text: String, _ width: Int) -> String {
    text.count <= width ? text : text.prefix(width - 1) + "…"
  }

  /// A line broken at spaces so that none is over 100 columns; later ones are indented.
  private static func wrapped(_ line: String) -> [String] {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    var lines: [String] = []
    var current = words.first.map(String.init) ?? ""
    for word in words.dropFirst() {
      if current.count + 1 + word.count > 100 {
        lines.append(current)
        current = "      " + word
      } else {
        current += " " + word
      }
    }
    return lines + [current]
  }
}

extension String {
  /// The text without spaces at its end.
  var trimmedEnd: String {
    var text = self[...]
    while text.last == " " { text = text.dropLast() }
    return String(text)
  }
}
