import Devices
import Quantities
import Reporting
import Testing

@Suite("Devices in words")
struct DeviceTextTests {
  /// The lines that tell of the second level of a device.
  private func lines(_ change: (inout MemoryLevel) -> Void) -> [String] {
    var device = SampleRun.device
    device.summary = String(repeating: "a long summary ", count: 12)
    change(&device.memories[1])
    let text = DeviceText.text(device)
    TextReportTests.checkLines(text)
    let lines = text.split(separator: "\n").map(String.init)
    let first = lines.firstIndex { $0.hasPrefix(device.memories[1].name + " ") } ?? 0
    return Array(lines[first...first + 1])
  }

  @Test("One capacity for all operands stands in its column")
  func single() {
    let found = lines { level in
      level.capacity = .kibibytes(100)
      level.operands = Set(Operand.allCases)
      level.operandCapacity = [:]
    }
    #expect(found[0].contains(" 100 KiB "))
    #expect(found[1].hasPrefix("  holds weights, inputs, outputs"))
  }

  @Test("Capacities of single operands stand with them, the shared one with the others")
  func byOperand() {
    let shared = lines { level in
      level.capacity = .kibibytes(100)
      level.operands = Set(Operand.allCases)
      level.operandCapacity = [.weights: .kibibytes(8)]
    }
    #expect(shared[0].contains(" by operand "))
    #expect(shared[1].hasPrefix("  holds weights 8 KiB, inputs and outputs 100 KiB"))
    let own = lines { level in
      level.capacity = .zero
      level.operands = Set(Operand.allCases)
      level.operandCapacity = [.weights: .bytes(448), .inputs: .bytes(24), .outputs: .bytes(48)]
    }
    #expect(own[1].hasPrefix("  holds weights 448 B, inputs 24 B, outputs 48 B"))
  }
}
