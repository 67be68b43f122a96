internal import Arithmetic
internal import Networks
internal import Tensors

extension LinearPlan {
  /// The additions of one channel over one sample to the innermost register and to the others.
  ///
  /// Terms that are padding alone are none.
  ///
  /// Where the device multiplies the border like everything else, no term is left out.
  static func steps(
    _ linear: QuantizedLinear, _ sequence: ProductSequence, multipliesBorder: Bool
  ) -> (inner: Int, outer: Int) {
    let window = linear.window
    let perTap = linear.inputChannels / linear.groups
    let outputs = window.outputHeight * window.outputWidth
    if multipliesBorder {
      let counts = additions(sequence) { _ in true }
      return (counts.inner * outputs, counts.outer * outputs)
    }
    if sequence.registers == 1, !sequence.ends.contains(0) {
      return (window.validRowTaps * window.validColumnTaps * perTap, 0)
    }
    var steps = (inner: 0, outer: 0)
    for (row, rowCount) in rowPatterns(window) {
      for (column, columnCount) in columnPatterns(window) {
        let counts = additions(sequence) { place in
          let tap = place / perTap
          return row[tap / window.kernelWidth] && column[tap % window.kernelWidth]
        }
        steps.inner += counts.inner * rowCount * columnCount
        steps.outer += counts.outer * rowCount * columnCount
      }
    }
    return steps
  }

  /// The additions of one output of whose products some are real.
  private static func additions(
    _ sequence: ProductSequence, isReal: (Int) -> Bool
  ) -> (inner: Int, outer: Int) {
    var counts = (inner: 0, outer: 0)
    var terms = [Bool](repeating: false, count: sequence.registers)
    var contents = terms
    for (place, end) in zip(sequence.places, sequence.ends) {
      if isReal(place) { terms[0] = true }
      var level = 0
      while end > 2 * level {
        if terms[level] {
          contents[level] = true
          if level == 0 { counts.inner += 1 } else { counts.outer += 1 }
        }
        terms[level] = false
        guard end > 2 * level + 1 else { break }
        if contents[level] { terms[level + 1] = true }
        contents[level] = false
        level += 1
      }
    }
    return counts
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
