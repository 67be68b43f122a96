import Networks
import Quantization
import Tensors
import TestRandomness
import Testing

@Suite struct ChannelMeansTests {
  @Test("means of channels, to 2^-39 of the largest magnitude, in any order of the parts")
  func means() {
    var random = SeededGenerator(seed: 5)
    let parts = (0..<9).map { _ in random.floats(60).map { $0 * 3 + 1 } }
    func observed(_ parts: [[Float]]) -> ChannelMeans {
      var means = ChannelMeans(channels: 4, count: 540, range: -2...4)
      for part in parts { means.add(part) }
      return means
    }
    var first = observed(Array(parts[5...]))
    first.merge(observed(Array(parts[..<5])))
    #expect(first.means == observed(parts).means)
    for (channel, mean) in first.means.enumerated() {
      let exact =
        parts.flatMap { part in stride(from: channel, to: 60, by: 4).map { Double(part[$0]) } }
        .reduce(0, +) / 135
      #expect(abs(mean - exact) < 4e-11)
    }
  }

  @Test("nothing, zeros and numbers that are not finite")
  func edges() {
    var means = ChannelMeans(channels: 2, count: 4, range: 0...0)
    #expect(means.means == [0, 0])
    means.add([0, 0])
    means.add([.nan, .infinity])
    #expect(means.means == [0, 0])
    var large = ChannelMeans(channels: 1, count: 1 << 40, range: -1e30...1e30)
    large.add([1e30, -1e30, 1e30, 1e30])
    #expect(abs(large.means[0] / 5e29 - 1) < 1e-3)
  }

  @Test("windows see what a convolution multiplies, zeros outside of the image")
  func patches() throws {
    let convolution = Convolution(
      inputChannels: 2, outputChannels: 2, groups: 2,
      window: WindowGeometry(height: 2, width: 2, kernelHeight: 2, kernelWidth: 1, padTop: 1))
    let layer = Layer(name: "c", operation: .convolution(convolution), inputs: [0])
    var patches = try #require(WindowPatches(layer, input: Shape([1, 2, 2, 2])))
    #expect(patches.places == 4)
    var other = patches
    patches.add([1, 10, 2, 20, 3, 30, 4, 40], places: [1])
    other.add([1, 10, 2, 20, 3, 30, 4, 40], places: [2])
    patches.merge(other)
    #expect(patches.columns(group: 0, of: 2) == [[0, 1], [2, 3]])
    #expect(patches.columns(group: 1, of: 2) == [[0, 10], [20, 30]])
    #expect(patches.columns(group: 0, of: 1) == [[0, 1], [0, 10], [2, 3], [20, 30]])
    let pool = Layer(name: "r", operation: .reshape(Shape([8])), inputs: [0])
    #expect(WindowPatches(pool, input: Shape([1, 2, 2, 2])) == nil)
  }
}
