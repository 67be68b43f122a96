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
  /// For each block of 16 channels: first channel, channels, first input channel, weights, bias.
  let blocks: [(start: Int, channels: Int, inputStart: Int, weights: [Float], bias: [Float])]

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
    var blocks: [(start: Int, channels: Int, inputStart: Int, weights: [Float], bias: [Float])] = []
    for part in 0..<parts {
      for first in stride(from: 0, to: channels, by: 16) {
        let start = part * channels + first
        let count = min(16, channels - first)
        var packed = [Float](repeating: 0, count: depth * 16)
        for k in 0..<depth {
          for lane in 0..<count { packed[16 * k + lane] = weights[(start + lane) * depth + k] }
        }
        let own = (0..<16).map { $0 < count ? (bias?[start + $0] ?? 0) : 0 }
        blocks.append((start, count, part * (inputChannels / groups), packed, own))
      }
    }
    self.blocks = blocks
  }

  /// Computes one sample: [height, width, inputChannels] to [outputHeight, outputWidth, outputChannels].
  func run(_ input: UnsafePointer<Float>, _ results: UnsafeMutablePointer<Float>) {
    let rows = 32
    let perGroup = inputChannels / groups
    let outputs = window.outputHeight * window.outputWidth
    var tile = [Float](repeating: 0, count: rows * depth * (isDepthwise ? 16 : 1))
    var sums = [Float](repeating: 0, count: rows * 16)
    for first in stride(from: 0, to: outputs, by: rows) {
      let count = min(rows, outputs - first)
      for block in blocks {
        for index in 0..<count {
          let y = (first + index) / window.outputWidth * window.strideY - window.padTop
          let x = (first + index) % window.outputWidth * window.strideX - window.padLeft
          var k = index * depth
          for ky in 0..<window.kernelHeight {
            let row = y + ky * window.dilationY
            for kx in 0..<window.kernelWidth {
              let column = x + kx * window.dilationX
              let isInside =
                row >= 0 && row < window.height && column >= 0 && column < window.width
              let source = input + (isInside ? (row * window.width + column) * inputChannels : 0)
              if isDepthwise {
                for lane in 0..<block.channels {
                  let channel = (block.start + lane) / (outputChannels / groups)
                  tile[16 * k + lane] = isInside ? source[channel] : 0
                }
                k += 1
              } else {
                for channel in 0..<perGroup {
                  tile[k + channel] = isInside ? source[block.inputStart + channel] : 0
                }
                k += perGroup
              }
            }
          }
        }
        ww_float(
          tile, block.weights, Int64(count), Int64(depth), isDepthwise ? 1 : 0, block.bias, &sums)
        for index in 0..<count {
          for lane in 0..<block.channels {
            results[(first + index) * outputChannels + block.start + lane] = sums[16 * index + lane]
          }
        }
      }
    }
  }
}
