internal import Networks
internal import Tensors

/// How many products read each place of an input, so that zeros are counted once a tensor rather than
/// once a product.
///
/// Rows of the input that are read by the same set of kernel rows are of one class, columns likewise:
/// inside of an image with stride 1 there is one class, at the border one for each row. A sample is one
/// pass that counts the zeros of each channel by classes; products follow from the sums at the end.
///
/// - Complexity: one comparison an input element, where a naive count takes one a product.
struct ZeroTaps: Sendable {
  /// The class of each row and of each column.
  let rowClass: [Int]
  let columnClass: [Int]
  /// The kernel rows that read the rows of each class, and the kernel columns.
  let rowTaps: [[Int]]
  let columnTaps: [[Int]]
  /// The outputs for which each kernel row (column) falls inside the image.
  let rowReads: [Int]
  let columnReads: [Int]

  init(_ window: WindowGeometry) {
    (rowClass, rowTaps, rowReads) = Self.classes(
      extent: window.height, outputs: window.outputHeight, kernel: window.kernelHeight,
      stride: window.strideY, dilation: window.dilationY, pad: window.padTop,
      upsample: window.upsampleY)
    (columnClass, columnTaps, columnReads) = Self.classes(
      extent: window.width, outputs: window.outputWidth, kernel: window.kernelWidth,
      stride: window.strideX, dilation: window.dilationX, pad: window.padLeft,
      upsample: window.upsampleX)
  }

  /// The classes of one axis.
  ///
  /// A tap reads a place for one output at most.
  private static func classes(
    extent: Int, outputs: Int, kernel: Int, stride: Int, dilation: Int, pad: Int, upsample: Int
  ) -> (places: [Int], taps: [[Int]], reads: [Int]) {
    var readers = [[Int]](repeating: [], count: extent)
    var reads = [Int](repeating: 0, count: kernel)
    for tap in 0..<kernel {
      for output in 0..<outputs {
        let position = output * stride + tap * dilation - pad
        guard position >= 0, position % upsample == 0, position / upsample < extent else {
          continue
        }
        readers[position / upsample].append(tap)
        reads[tap] += 1
      }
    }
    var known: [[Int]: Int] = [:]
    var taps: [[Int]] = []
    let places = readers.map { set -> Int in
      if let index = known[set] { return index }
      known[set] = taps.count
      taps.append(set)
      return taps.count - 1
    }
    return (places, taps, reads)
  }

  /// The classes of places, rows times columns.
  var classCount: Int { rowTaps.count * columnTaps.count }

  /// Adds the zeros of one sample to `counts` [class][channel].
  func count(
    _ codes: UnsafePointer<Int32>, zero: Int32, channels: Int, into counts: inout [Int32]
  ) {
    counts.withUnsafeMutableBufferPointer { counts in
      guard let counts = counts.baseAddress else { return }
      var source = codes
      for row in rowClass {
        for column in columnClass {
          let target = counts + (row * columnTaps.count + column) * channels
          for channel in 0..<channels {
            target[channel] &+= source[channel] == zero ? 1 : 0
          }
          source += channels
        }
      }
    }
  }

  /// The reads of zeros by each tap and channel [kernelRow][kernelColumn][channel], from the counts.
  func reads(_ counts: [Int], channels: Int) -> [Int] {
    var reads = [Int](repeating: 0, count: rowReads.count * columnReads.count * channels)
    for (row, rows) in rowTaps.enumerated() {
      for (column, columns) in columnTaps.enumerated() {
        let start = (row * columnTaps.count + column) * channels
        for ky in rows {
          for kx in columns {
            let target = (ky * columnReads.count + kx) * channels
            for channel in 0..<channels { reads[target + channel] += counts[start + channel] }
          }
        }
      }
    }
    return reads
  }
}
