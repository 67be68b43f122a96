internal import CKernels
internal import Networks
internal import Tensors

/// A layer of products in float32, packed for the float kernel.
struct FloatLinearPlan: Sendable {
  let window: WindowGeometry
  let inputChannels: Int
  let outputChannels: Int
  let groups: Int
  let isDepthwise: Bool
  let depth: Int
  /// The output channels.
  let blocks: [Block]

  /// 16 output channels.
  struct Block: Sendable {
    let start: Int
    let channels: Int
    /// The first input channel.
    let inputStart: Int
    /// [depth][16].
    let weights: AlignedArray<Float>
    let bias: [Float]
  }

  init(
    window: WindowGeometry, inputChannels: Int, outputChannels: Int, groups: Int,
    weights: [Float], bias: [Float]?
  ) {
    self.window = window
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.groups = groups
    isDepthwise = groups > 1 && groups == inputChannels
    let depth = window.kernelHeight * window.kernelWidth * (inputChannels / groups)
    self.depth = depth
    let parts = isDepthwise ? 1 : groups
    let channels = outputChannels / parts
    var blocks: [Block] = []
    for part in 0..<parts {
      for first in stride(from: 0, to: channels, by: 16) {
        let start = part * channels + first
        let count = min(16, channels - first)
        let packed = AlignedArray<Float>(repeating: 0, count: depth * 16)
        for k in 0..<depth {
          for lane in 0..<count { packed[16 * k + lane] = weights[(start + lane) * depth + k] }
        }
        let own = (0..<16).map { $0 < count ? (bias?[start + $0] ?? 0) : 0 }
        blocks.append(
          Block(
            start: start, channels: count, inputStart: part * (inputChannels / groups),
            weights: packed, bias: own))
      }
    }
    self.blocks = blocks
  }

  /// Computes one sample: [height, width, inputChannels] to [outputHeight, outputWidth, outputChannels].
  func run(_ input: UnsafePointer<Float>, _ results: UnsafeMutablePointer<Float>) {
    let rows = LinearPlan.tileRows
    let reader = PatchReader<Float>(
      window: window, channels: inputChannels, outputChannels: outputChannels, groups: groups,
      depth: depth)
    let outputs = window.outputHeight * window.outputWidth
    withUnsafeTemporaryAllocation(of: Float.self, capacity: reader.imageCount) { image in
      let operands = rows * depth * (isDepthwise ? 16 : 1)
      let room = operands + rows * 16 + AlignedArray<Float>.alignment / 4
      withUnsafeTemporaryAllocation(of: Float.self, capacity: room) { tile in
        guard let image = image.baseAddress, let tile = tile.baseAddress?.aligned else { return }
        image.initialize(repeating: 0, count: reader.imageCount)
        tile.initialize(repeating: 0, count: operands + rows * 16)
        let sums = tile + operands
        reader.fill(image, from: input, border: 0) { $0 }
        for first in stride(from: 0, to: outputs, by: rows) {
          let count = min(rows, outputs - first)
          var gathered = -1
          for block in blocks {
            if isDepthwise {
              reader.gatherChannels(
                tile, from: image, first: first, count: count, start: block.start,
                lanes: block.channels)
            } else if gathered != block.inputStart {
              reader.gather(
                tile, from: image, first: first, count: count, inputStart: block.inputStart)
              gathered = block.inputStart
            }
            block.weights.withUnsafeBufferPointer { weights in
              ww_float(
                tile, weights.baseAddress, Int64(count), Int64(depth), isDepthwise ? 1 : 0,
                block.bias, sums)
            }
            for index in 0..<count {
              (results + (first + index) * outputChannels + block.start)
                .update(from: sums + 16 * index, count: block.channels)
            }
          }
        }
      }
    }
  }
}
