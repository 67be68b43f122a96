import Arithmetic
import TestRandomness
import Testing

@Suite struct CodebookTests {
  private let format = CodebookFormat(indexBits: 2, centroidBits: 6)

  @Test("Codes are indices of centroids times a power of two, exhaustively up to 8 bits of index")
  func roundTrip() {
    var random = SeededGenerator(seed: 7)
    for bits in CodebookFormat.indexWidths {
      for centroidBits in [2, 6, 8, 16] {
        let format = CodebookFormat(indexBits: bits, centroidBits: centroidBits)
        let reals = (0..<format.entries).map { _ in Double.random(in: -3...3, using: &random) }
        let codebook = Codebook(format: format, reals: reals)
        let number = NumberFormat.codebook(format)
        for code in 0..<UInt32(format.entries) {
          let value = number.decode(code, codebook: codebook)
          #expect(value.isFinite == (Int(code) < codebook.centroids.count))
          guard value.isFinite else { continue }
          #expect(number.encode(value.double, codebook: codebook) == code)
        }
        let integers = number.decodedIntegers(codebook: codebook).compactMap { $0 }
        #expect(integers == codebook.centroids.map(Int64.init))
      }
    }
  }

  @Test("A number gets the nearest centroid, ties the even index, by search over all")
  func nearest() {
    var random = SeededGenerator(seed: 8)
    for bits in CodebookFormat.indexWidths {
      let format = CodebookFormat(indexBits: bits, centroidBits: 9)
      let reals = (0..<format.entries).map { _ in Double.random(in: -1...1, using: &random) }
      let codebook = Codebook(format: format, reals: reals)
      let known = codebook.centroids.indices.map { index in
        (code: UInt32(index), value: codebook.decode(UInt32(index)).double)
      }
      var values = (0..<300).map { _ in Double.random(in: -2...2, using: &random) }
      values += zip(known, known.dropFirst()).map { ($0.value + $1.value) / 2 }
      for value in values {
        #expect(codebook.encode(value) == FormatCases.nearest(value, known))
      }
      #expect(codebook.encode(.infinity) == UInt32(known.count - 1))
      #expect(codebook.encode(.nan) == 0)
    }
  }

  @Test("Real centroids are rounded to the finest step that holds them; equal ones are one")
  func rounding() {
    let codebook = Codebook(format: format, reals: [0.5, -1, 0.51, 0.2])
    // 6 bits hold -32…31; a magnitude of 1 needs steps of 1/16.
    #expect(codebook.exponent == -4)
    #expect(codebook.centroids == [-16, 3, 8])
    #expect(codebook.decode(3) == .notANumber)
    #expect(codebook.decode(1) == .exact(3, -4))
    #expect(Codebook(format: format, reals: [0]).centroids == [0])
  }

  @Test("A table rises, fits its bits and its index")
  func tables() {
    #expect(Codebook.isTable([-32, 0, 31], format))
    #expect(!Codebook.isTable([], format))
    #expect(!Codebook.isTable([1, 1], format))
    #expect(!Codebook.isTable([2, 1], format))
    #expect(!Codebook.isTable([0, 32], format))
    #expect(!Codebook.isTable([0, 1, 2, 3, 4], format))
  }

  @Test("A codebook format without its codebook is a mistake of the program")
  func missing() async {
    await #expect(processExitsWith: .failure) {
      _ = NumberFormat.codebook(CodebookFormat(indexBits: 2)).decode(0)
    }
  }
}
