import Devices
import Foundation
import Quantities
import Testing

@Suite("SRAM by size and port") struct SRAMModelTests {
  @Test(
    "Larger banks, wider ports and older nodes cost more", arguments: SRAMModel.Flavour.allCases)
  func order(flavour: SRAMModel.Flavour) throws {
    for technology in [22, 28, 32, 40, 45] {
      let model = try #require(SRAMModel(flavour, technology: technology))
      var before = 0.0
      for kibibytes in [1, 4, 16, 64, 256, 1024] {
        let read = try #require(model.value(.read, capacity: .kibibytes(kibibytes), width: 64))
        #expect(read > before)
        before = read
        let narrow = try #require(model.value(.write, capacity: .kibibytes(kibibytes), width: 16))
        let wide = try #require(model.value(.write, capacity: .kibibytes(kibibytes), width: 128))
        #expect(narrow < wide)
      }
    }
    let old = try #require(SRAMModel(flavour, technology: 45))
    let new = try #require(SRAMModel(flavour, technology: 32))
    for technology in 33..<45 {
      let between = try #require(SRAMModel(flavour, technology: technology))
      let energies = [new, between, old].compactMap {
        $0.energy(isWrite: false, capacity: .kibibytes(32), width: 64)
      }
      #expect(energies.count == 3 && energies == energies.sorted())
    }
  }

  @Test("Nothing is told outside of what was fitted")
  func outside() throws {
    #expect(SRAMModel(.lowStandbyPower, technology: 65) == nil)
    #expect(SRAMModel(.lowStandbyPower, technology: 16) == nil)
    let model = try #require(SRAMModel(.lowStandbyPower, technology: 45))
    #expect(model.energy(isWrite: false, capacity: .bytes(512), width: 64) == nil)
    #expect(model.energy(isWrite: false, capacity: .kibibytes(4096), width: 64) == nil)
    #expect(model.leakage(capacity: .kibibytes(8), width: 512) == nil)
  }

  @Test("High performance leaks ten thousand times as much")
  func flavours() throws {
    let low = try #require(
      SRAMModel(.lowStandbyPower, technology: 45)?.leakage(capacity: .kibibytes(64), width: 64))
    let high = try #require(
      SRAMModel(.highPerformance, technology: 45)?.leakage(capacity: .kibibytes(64), width: 64))
    #expect(high.value / low.value > 1e4)
  }
}

@Suite("Scaling between nodes") struct TechnologyScalingTests {
  /// Energies of Aladdin's 1-bit register, given at 40 nm, as Accelergy's library scales them at 0.8 V.
  static let registers: [(node: Int, energy: Double)] = [
    (7, 0.00097676), (16, 0.0017974), (22, 0.0030461), (28, 0.0053157), (32, 0.0068288),
    (45, 0.010357), (65, 0.012849),
  ]

  @Test("The ratios of Accelergy's library are reproduced", arguments: registers)
  func ratios(node: Int, energy: Double) throws {
    let factor = try #require(TechnologyScaling.factor(from: (40, 0.8), to: (node, 0.8)))
    #expect(abs(0.009 * factor / energy - 1) < 1e-4)
  }

  @Test("The polynomials of single nodes")
  func polynomials() throws {
    // 45 nm at 1 V: 1.103 - 0.362 + 0.2767; 65 nm at 1 V: 3.755 - 4.398 + 1.975.
    #expect(abs(try #require(TechnologyScaling.energy(node: 45, voltage: 1)) - 1.0177) < 1e-12)
    #expect(abs(try #require(TechnologyScaling.energy(node: 65, voltage: 1)) - 1.332) < 1e-12)
    let down = try #require(TechnologyScaling.factor(from: (65, 1), to: (45, 1)))
    let up = try #require(TechnologyScaling.factor(from: (45, 1), to: (65, 1)))
    #expect(abs(down * up - 1) < 1e-12)
    #expect(TechnologyScaling.energy(node: 180, voltage: 1) == nil)
    #expect(TechnologyScaling.energy(node: 5, voltage: 1) == nil)
    #expect(TechnologyScaling.energy(node: 45, voltage: 1.5) == nil)
  }
}
