import Interchange
import NetworkReference
import Networks
import Tensors
import Testing

@Suite struct ONNXOperatorTests {
  @Test(
    "each operator is read as its layers and computes what onnxruntime computes",
    arguments: ONNXFixture.all)
  func computes(_ fixture: ONNXFixture) throws {
    let network = try ONNXFile.network(at: ONNXFixture.path(fixture.name))
    #expect(network.name == fixture.name)
    #expect(network.layers.map(\.operation.kind) == fixture.kinds)
    for candidate in [network, network.fused()] {
      let verified = try candidate.verified()
      #expect(verified.shapes[candidate.output].description == fixture.shape)
      let output = FloatReference.output(
        of: verified, on: ONNXFixture.input(network.inputShape.count))
      try #require(output.count == fixture.output.count)
      for (ours, theirs) in zip(output, fixture.output) {
        #expect(abs(ours - theirs) <= 2e-5 * max(1, abs(theirs)))
      }
    }
  }

  @Test("every fixture is there")
  func complete() { #expect(ONNXFixture.all.count == 92) }

  @Test("external weights are read from beside the model")
  func external() throws {
    let network = try ONNXFile.network(at: ONNXFixture.path("external"))
    #expect(
      network.layers.first?.operation
        == .channelAffine(ChannelAffine(axis: 1, scale: [0, 1, 2, 3], offset: [0, 0, 0, 0])))
  }

  @Test("an added constant becomes the bias of a matrix product once the network is fused")
  func fused() throws {
    let fused = try ONNXFile.network(at: ONNXFixture.path("matmul_add")).fused()
    #expect(fused.layers.map(\.operation.kind) == ["fc"])
  }

  @Test("a file called float is named after its folder")
  func name() throws {
    let bytes = try ONNXFixture.bytes("idle")
    #expect(try ONNXFile.network(from: bytes, path: "a/resnet8/float.onnx").name == "resnet8")
    #expect(try ONNXFile.network(from: bytes, path: "a/resnet8/small.onnx").name == "small")
  }
}
