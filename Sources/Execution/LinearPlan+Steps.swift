internal import Arithmetic
internal import Networks
internal import Tensors

extension LinearPlan {
  /// The additions of one channel over one sample: groups of `size` products that are not all padding.
  ///
  /// Where the device multiplies the border like everything else, no group is left out.
  static func steps(
    _ linear: QuantizedLinear, order: AccumulationOrder, groupsOf size: Int,
    multipliesBorder: Bool
  ) -> Int {
    let window = linear.window
    let perTap = linear.inputChannels / linear.groups
    if multipliesBorder {
      return window.outputHeight * window.outputWidth * ((linear.depth + size - 1) / size)
    }
    guard size > 1 else { return window.validRowTaps * window.validColumnTaps * perTap }
    var steps = 0
    for (row, rowCount) in rowPatterns(window) {
      for (column, columnCount) in columnPatterns(window) {
        var lastGroup = -1
        var groups = 0
        for k in 0..<linear.depth {
          let place = LinearOperands.weightIndex(k, linear, order) / perTap
          guard row[place / window.kernelWidth] && column[place % window.kernelWidth] else {
            continue
          }
          if k / size != lastGroup {
            lastGroup = k / size
            groups += 1
          }
        }
        steps += groups * rowCount * columnCount
      }
    }
    return steps
  }

  private typealias Pattern = (pattern: [Bool], count: Int)

  private static func rowPatterns(_ window: WindowGeometry) -> [Pattern] {
    patterns(
      window.outputHeight, window.kernelHeight, window.strideY, window.dilationY, window.padTop,
      window.spreadHeight, window.upsampleY)
  }

  private static func columnPatterns(_ window: WindowGeometry) -> [Pattern] {
    patterns(
      window.outputWidth, window.kernelWidth, window.strideX, window.dilationX, window.padLeft,
      window.spreadWidth, window.upsampleX)
  }

  /// The distinct patterns of taps on elements of the image along one axis, with how many outputs have
  /// each.
  private static func patterns(
    _ outputs: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ pad: Int, _ extent: Int,
    _ upsample: Int
  ) -> [Pattern] {
    var patterns: [Pattern] = []
    for output in 0..<outputs {
      let pattern = (0..<kernel).map { tap in
        let position = output * stride + tap * dilation - pad
        return (0..<extent).contains(position) && position % upsample == 0
      }
      if let known = patterns.firstIndex(where: { $0.pattern == pattern }) {
        patterns[known].count += 1
      } else {
        patterns.append((pattern, 1))
      }
    }
    return patterns
  }
}
