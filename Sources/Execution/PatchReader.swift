internal import Arithmetic
internal import Networks
internal import Tensors

/// Copies the inputs of outputs into tiles: image to columns, in the order of the additions.
struct PatchReader<Element: Numeric & Sendable>: Sendable {
  let window: WindowGeometry
  /// Channels of the image.
  let channels: Int
  let outputChannels: Int
  let groups: Int
  /// Products of one output, and those with the zeros that fill up the lanes.
  let products: Int
  let depth: Int
  let isChannelMajor: Bool
  /// The extents of the part of the image, with its border, that windows touch.
  let rows: Int
  let columns: Int

  init(
    window: WindowGeometry, channels: Int, outputChannels: Int, groups: Int, depth: Int,
    isChannelMajor: Bool = false
  ) {
    self.window = window
    self.channels = channels
    self.outputChannels = outputChannels
    self.groups = groups
    products = window.kernelHeight * window.kernelWidth * (channels / groups)
    self.depth = depth
    self.isChannelMajor = isChannelMajor
    rows =
      (window.outputHeight - 1) * window.strideY + (window.kernelHeight - 1) * window.dilationY + 1
    columns =
      (window.outputWidth - 1) * window.strideX + (window.kernelWidth - 1) * window.dilationX + 1
  }

  /// The elements of the bordered image.
  var imageCount: Int { rows * columns * channels }

  /// Writes elements, each less its zero, into an image with a border of zeros.
  @inline(__always)
  func fill(
    _ image: UnsafeMutablePointer<Element>, from source: UnsafePointer<Element>,
    _ lessZero: (Element) -> Element
  ) {
    image.update(repeating: 0, count: imageCount)
    let run = min(window.width, columns - window.padLeft) * channels
    guard run > 0 else { return }
    for y in 0..<max(0, min(window.height, rows - window.padTop)) {
      let target = image + ((y + window.padTop) * columns + window.padLeft) * channels
      let row = source + y * window.width * channels
      for index in 0..<run { target[index] = lessZero(row[index]) }
    }
  }

  /// Writes the products' operands of outputs `first..<first + count` of one group: [count][depth].
  func gather(
    _ tile: UnsafeMutablePointer<Element>, from image: UnsafePointer<Element>, first: Int, count: Int,
    inputStart: Int
  ) {
    let perGroup = channels / groups
    for index in 0..<count {
      let origin = origin(first + index) + inputStart
      let row = tile + index * depth
      if isChannelMajor {
        var k = 0
        for channel in 0..<perGroup {
          for ky in 0..<window.kernelHeight {
            for kx in 0..<window.kernelWidth {
              row[k] = image[origin + tapOffset(ky, kx) + channel]
              k += 1
            }
          }
        }
      } else if perGroup == channels && window.dilationX == 1 {
        let run = window.kernelWidth * channels
        for ky in 0..<window.kernelHeight {
          (row + ky * run).update(from: image + origin + tapOffset(ky, 0), count: run)
        }
      } else {
        for ky in 0..<window.kernelHeight {
          for kx in 0..<window.kernelWidth {
            (row + (ky * window.kernelWidth + kx) * perGroup)
              .update(from: image + origin + tapOffset(ky, kx), count: perGroup)
          }
        }
      }
      for k in products..<max(depth, products) { row[k] = 0 }
    }
  }

  /// Writes the operands of a depthwise block, one for each channel: [count][depth][16].
  func gatherChannels(
    _ tile: UnsafeMutablePointer<Element>, from image: UnsafePointer<Element>, first: Int, count: Int,
    start: Int, lanes: Int
  ) {
    let multiplier = outputChannels / groups
    for index in 0..<count {
      let origin = origin(first + index)
      let row = tile + index * depth * 16
      for ky in 0..<window.kernelHeight {
        for kx in 0..<window.kernelWidth {
          let source = image + origin + tapOffset(ky, kx)
          let target = row + (ky * window.kernelWidth + kx) * 16
          if multiplier == 1 {
            target.update(from: source + start, count: lanes)
          } else {
            for lane in 0..<lanes {
              target[lane] = source[(start + lane) / multiplier]
            }
          }
          for lane in lanes..<16 { target[lane] = 0 }
        }
      }
      for k in 16 * products..<16 * max(depth, products) { row[k] = 0 }
    }
  }

  /// The place in the image of the first tap of an output.
  private func origin(_ output: Int) -> Int {
    let y = output / window.outputWidth
    let x = output % window.outputWidth
    return (y * window.strideY * columns + x * window.strideX) * channels
  }

  /// The distance of a tap from the first one.
  private func tapOffset(_ ky: Int, _ kx: Int) -> Int {
    (ky * window.dilationY * columns + kx * window.dilationX) * channels
  }
}
