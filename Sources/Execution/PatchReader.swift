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
  /// The distance in the image of each product's operand from that of the first one of its group's
  /// channels, -1 for a filling zero; nil when products lie in memory in this order.
  let offsets: [Int]?
  /// The tap of each product, -1 for a filling zero, for depthwise layers.
  let taps: [Int]
  /// The extents of the part of the image, with its border, that windows touch.
  let rows: Int
  let columns: Int
  /// The distance in the image of each tap from the first one.
  let tapOffsets: [Int]

  init(
    window: WindowGeometry, channels: Int, outputChannels: Int, groups: Int, depth: Int,
    places: [Int]? = nil
  ) {
    self.window = window
    self.channels = channels
    self.outputChannels = outputChannels
    self.groups = groups
    products = window.kernelHeight * window.kernelWidth * (channels / groups)
    self.depth = depth
    rows =
      (window.outputHeight - 1) * window.strideY + (window.kernelHeight - 1) * window.dilationY + 1
    columns =
      (window.outputWidth - 1) * window.strideX + (window.kernelWidth - 1) * window.dilationX + 1
    var taps: [Int] = []
    for ky in 0..<window.kernelHeight {
      for kx in 0..<window.kernelWidth {
        taps.append((ky * window.dilationY * columns + kx * window.dilationX) * channels)
      }
    }
    tapOffsets = taps
    let perGroup = channels / groups
    offsets = places.map { $0.map { $0 < 0 ? -1 : taps[$0 / perGroup] + $0 % perGroup } }
    self.taps = (places ?? Array(0..<products)).map { $0 < 0 ? -1 : $0 / perGroup }
  }

  /// The elements of the bordered image.
  var imageCount: Int { rows * columns * channels }

  /// Writes elements, each less its zero, into an image with a border, and between the rows and columns
  /// of an upsampled image.
  @inline(__always)
  func fill(
    _ image: UnsafeMutablePointer<Element>, from source: UnsafePointer<Element>, border: Element,
    _ lessZero: (Element) -> Element
  ) {
    image.update(repeating: border, count: imageCount)
    let inside = Self.inside(window.width, window.upsampleX, window.padLeft, columns)
    guard !inside.isEmpty else { return }
    for y in Self.inside(window.height, window.upsampleY, window.padTop, rows) {
      let target = image + (y * window.upsampleY + window.padTop) * columns * channels
      let row = source + y * window.width * channels
      if window.upsampleX == 1 {
        let run = target + window.padLeft * channels
        for index in inside.lowerBound * channels..<inside.upperBound * channels {
          run[index] = lessZero(row[index])
        }
      } else {
        for x in inside {
          let place = target + (x * window.upsampleX + window.padLeft) * channels
          for channel in 0..<channels { place[channel] = lessZero(row[x * channels + channel]) }
        }
      }
    }
  }

  /// The rows (or columns) of the image that windows touch; a negative pad crops some.
  private static func inside(
    _ extent: Int, _ upsample: Int, _ pad: Int, _ room: Int
  ) -> Range<Int> {
    let first = pad < 0 ? (-pad + upsample - 1) / upsample : 0
    let end = room > pad ? (room - pad - 1) / upsample + 1 : 0
    return first..<max(first, min(extent, end))
  }

  /// Writes the products' operands of outputs `first..<first + count` of one group: [count][depth].
  func gather(
    _ tile: UnsafeMutablePointer<Element>, from image: UnsafePointer<Element>, first: Int,
    count: Int,
    inputStart: Int
  ) {
    let perGroup = channels / groups
    for index in 0..<count {
      let origin = origin(first + index) + inputStart
      let row = tile + index * depth
      if let offsets {
        let source = image + origin
        for (k, offset) in offsets.enumerated() { row[k] = offset < 0 ? 0 : source[offset] }
        continue
      }
      if perGroup == channels && window.dilationX == 1 {
        let run = window.kernelWidth * channels
        for ky in 0..<window.kernelHeight {
          let offset = tapOffsets[ky * window.kernelWidth]
          (row + ky * run).update(from: image + origin + offset, count: run)
        }
      } else {
        for (tap, offset) in tapOffsets.enumerated() {
          (row + tap * perGroup).update(from: image + origin + offset, count: perGroup)
        }
      }
      for k in products..<max(depth, products) { row[k] = 0 }
    }
  }

  /// Writes the operands of a depthwise block, one for each channel: [count][depth][16].
  func gatherChannels(
    _ tile: UnsafeMutablePointer<Element>, from image: UnsafePointer<Element>, first: Int,
    count: Int,
    start: Int, lanes: Int
  ) {
    let multiplier = outputChannels / groups
    for index in 0..<count {
      let origin = origin(first + index)
      let row = tile + index * depth * 16
      var target = row
      for tap in taps {
        guard tap >= 0 else {
          target.update(repeating: 0, count: 16)
          target += 16
          continue
        }
        let source = image + origin + tapOffsets[tap]
        if multiplier == 1 {
          target.update(from: source + start, count: lanes)
        } else {
          for lane in 0..<lanes {
            target[lane] = source[(start + lane) / multiplier]
          }
        }
        for lane in lanes..<16 { target[lane] = 0 }
        target += 16
      }
      for k in 16 * taps.count..<16 * max(depth, taps.count) { row[k] = 0 }
    }
  }

  /// The place in the image of the first tap of an output.
  private func origin(_ output: Int) -> Int {
    let y = output / window.outputWidth
    let x = output % window.outputWidth
    return (y * window.strideY * columns + x * window.strideX) * channels
  }
}
