import Networks
import Tensors
import Testing

/// Windows over upsampled images: transposed convolutions.
@Suite struct TransposedWindowTests {
  private func shape(_ window: WindowGeometry) throws -> Shape {
    try Operation.convolution(
      Convolution(inputChannels: 2, outputChannels: 3, window: window)
    ).outputShape(of: [Shape([1, 2, window.height, window.width])])
  }

  @Test("a transposed convolution may pad and crop")
  func outputShapes() throws {
    var window = WindowGeometry(
      height: 4, width: 5, kernelHeight: 3, kernelWidth: 3, padTop: 2, padLeft: 2, padBottom: 2,
      padRight: 2, upsampleY: 2, upsampleX: 3)
    #expect(try shape(window) == Shape([1, 3, 9, 15]))
    window.padTop = -2
    window.padRight = -1
    #expect(try shape(window) == Shape([1, 3, 5, 12]))
  }

  @Test("nonsense is refused")
  func nonsense() throws {
    let window = WindowGeometry(
      height: 4, width: 5, kernelHeight: 3, kernelWidth: 3, upsampleY: 2, upsampleX: 2)
    var cropped = window
    cropped.padTop = -7
    cropped.padBottom = 20
    let error = #expect(throws: NetworkError.self) { try shape(cropped) }
    #expect(
      error?.description
        == "padding [-7, 0, 20, 0] on 4x5 upsampled by 2x2; crop less than the 7x9 image, "
        + "which may have 2^31 places")
    for (y, x) in [(0, 2), (2, -1), (2, 1 << 21), (1 << 20, 1 << 20)] {
      var wrong = window
      wrong.upsampleY = y
      wrong.upsampleX = x
      #expect(throws: NetworkError.self) { try shape(wrong) }
    }
    // Without upsampling nothing is cropped.
    var plain = window
    plain.upsampleY = 1
    plain.upsampleX = 1
    plain.padLeft = -1
    #expect(throws: NetworkError.self) { try shape(plain) }
    #expect(throws: NetworkError.self) {
      try Operation.pool(Pool(kind: .max, window: window)).outputShape(of: [Shape([1, 2, 4, 5])])
    }
  }
}
