import Arithmetic
import Execution
import Interchange
import Networks
import Tensors
import Testing

/// What a `.tflite` file made by hand becomes.
@Suite struct TFLiteImportTests {
  private func imported(_ file: TinyTFLite) throws -> QuantizedNetwork? {
    guard
      case .quantized(let network) = try TFLiteFile.network(from: file.bytes, path: "a/m.tflite")
    else { return nil }
    return network
  }

  @Test("Shapes come in ONNX axis order, padding explicit, fused activations as clamps")
  func classifier() throws {
    let network = try #require(try imported(.classifier))
    #expect(network.name == "m")
    #expect(
      network.layers.map(\.kind) == [
        "conv", "maxpool", "reshape", "fc", "constant", "add", "softmax",
      ])
    #expect(network.shapes[0] == Shape([1, 2, 4, 5]))
    #expect(network.shapes[1] == Shape([1, 3, 4, 5]))
    // RELU6 with scale 1 and zero point -100: codes -100 to -94.
    #expect(network.layers[0].clamp == -100...(-94))
    #expect(network.layers[0].name == "conv")
    guard case .linear(let linear) = network.layers[0].operation else {
      Issue.record("a convolution is a layer of products")
      return
    }
    let window = linear.window
    #expect([window.padTop, window.padLeft, window.padBottom, window.padRight] == [1, 1, 1, 1])
    #expect(linear.weightScales == [0.25, 0.5, 0.125])
    #expect(linear.bias == [10, -20, 300])
    #expect(linear.weights.shape == Shape([3, 3, 3, 2]))
    #expect(network.layers[5].clamp == 0...127)
    #expect(network.layers[5].inputs == [4, 5])
    #expect(network.output == 7)
  }

  @Test("Constants of four bits are read low half first")
  func fourBits() throws {
    var file = TinyTFLite(
      tensors: [
        .init(extents: [1, 3]),
        .init(extents: [2, 3], type: 17, data: [0x21, 0x8F, 0x70]),
        .init(extents: [1, 2]),
      ], operators: [.init(code: 9, inputs: [0, 1], outputs: [2])], outputs: [2])
    file.tensors[2].scales = [1]
    let network = try #require(try imported(file))
    guard case .linear(let linear) = network.layers[0].operation else {
      Issue.record("a fully connected layer is a layer of products")
      return
    }
    #expect(linear.weights.elements == [1, 2, -1, -8, 0, 7])
    #expect(linear.weightFormat == .affine(IntegerFormat(bits: 4, isSigned: true)))
  }

  @Test("A depthwise kernel's outputs come first")
  func depthwise() throws {
    let file = TinyTFLite(
      tensors: [
        .init(extents: [1, 2, 2, 2]),
        .init(extents: [1, 2, 1, 4], data: [1, 2, 3, 4, 5, 6, 7, 8]),
        .init(extents: [1, 1, 2, 4]),
      ],
      operators: [
        .init(
          code: 4, inputs: [0, 1], outputs: [2],
          options: [0: .byte(1), 1: .int(1), 2: .int(1), 3: .int(2)])
      ], outputs: [2])
    let network = try #require(try imported(file))
    guard case .linear(let linear) = network.layers[0].operation else {
      Issue.record("a depthwise layer is a layer of products")
      return
    }
    #expect(linear.groups == 2)
    #expect(linear.weights.elements == [1, 5, 2, 6, 3, 7, 4, 8])
  }

  @Test("Slices with masks and negative strides become places in ONNX axis order")
  func stridedSlice() throws {
    func list(_ values: [Int32]) -> TinyTFLite.Tensor {
      .init(extents: [4], type: 2, scales: [], data: values.flatMap(FlatValue.bytes))
    }
    let file = TinyTFLite(
      tensors: [
        .init(extents: [1, 3, 4, 5]), list([0, -1, 0, 3]), list([1, 0, 0, 0]),
        list([1, -2, 1, 2]), .init(extents: [1, 2, 4]),
      ],
      operators: [
        .init(
          code: 45, inputs: [0, 1, 2, 3], outputs: [4],
          options: [0: .int(0), 1: .int(0b0110), 4: .int(0b1000)])
      ], outputs: [4])
    let network = try #require(try imported(file))
    guard case .slice(let slice) = network.layers[0].operation else {
      Issue.record("a strided slice is a slice")
      return
    }
    #expect(slice == Slice(begin: [0, 3, 2, 0], steps: [1, 1, -2, 1], counts: [1, 1, 2, 4]))
    #expect(network.shapes[2] == Shape([1, 2, 4]))
  }
}
