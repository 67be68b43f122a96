public import Networks
public import Tensors

/// The inputs that some windows of a layer of products see on calibration samples.
public struct WindowPatches: Hashable, Sendable {
  /// How many windows are kept of all samples together, about.
  public static let count = 256

  private let window: WindowGeometry
  private let channels: Int
  /// One patch after the other: [patches, kernelHeight, kernelWidth, inputChannels].
  private var numbers: [Float] = []

  /// No windows yet of a layer; nil for layers without products.
  ///
  /// - Parameter shape: the shape of the layer's input.
  public init?(_ layer: Layer, input shape: Shape) {
    guard let product = try? ProductLayer(layer, input: shape) else { return nil }
    window = product.window
    channels = product.layout.inputs
  }

  /// The places that a window can take on one sample.
  public var places: Int { window.outputHeight * window.outputWidth }

  /// Takes in what the window sees at some places of one sample; outside of the image it sees 0.
  ///
  /// - Parameter input: the layer's input in storage order: [height, width, inputChannels].
  public mutating func add(_ input: [Float], places: [Int]) {
    for place in places {
      let top = place / window.outputWidth * window.strideY - window.padTop
      let left = place % window.outputWidth * window.strideX - window.padLeft
      for y in 0..<window.kernelHeight {
        for x in 0..<window.kernelWidth {
          let row = top + y * window.dilationY
          let column = left + x * window.dilationX
          guard (0..<window.spreadHeight).contains(row), row % window.upsampleY == 0,
            (0..<window.spreadWidth).contains(column), column % window.upsampleX == 0
          else {
            numbers += repeatElement(0, count: channels)
            continue
          }
          let pixel = row / window.upsampleY * window.width + column / window.upsampleX
          numbers += input[pixel * channels..<(pixel + 1) * channels]
        }
      }
    }
  }

  /// Takes in the windows of another, after its own.
  public mutating func merge(_ other: WindowPatches) { numbers += other.numbers }

  /// For each weight of an output channel of a group the inputs that it met, one for each window.
  ///
  /// - Precondition: groups divide the input channels.
  public func columns(group: Int, of groups: Int) -> [[Float]] {
    let taps = window.kernelHeight * window.kernelWidth
    let width = channels / groups
    let length = taps * channels
    let patches = length > 0 ? numbers.count / length : 0
    return (0..<taps * width).map { position in
      let place = position / width * channels + group * width + position % width
      return (0..<patches).map { numbers[$0 * length + place] }
    }
  }
}
