/// Buffers that one thread reuses from layer to layer.
struct Workspace {
  var image: [Int32] = []
  var tile: [Int32] = []
  /// The inputs of a layer that works on words, one after the other, and its results.
  var words: [Int32] = []
  var results: [Int32] = []
  /// The integers that a layer's input codes are decoded to.
  var decoded: [Int32] = []
  /// Of layers on bytes: a bordered image, the columns and the sums of a tile, and what kernels need.
  var bytes: [UInt8] = []
  var columns: [UInt8] = []
  var sums: [Int32] = []
  var scratch: [UInt64] = []
  private var squares: [Int32] = []
  var figures = ByteFigures()
  /// An input given as words.
  private var input: [UInt8] = []

  /// Makes the buffers of a layer on bytes large enough; counts in bytes but for `sums` and `squares`.
  mutating func grow(image: Int, columns count: Int, sums: Int, scratch: Int, squares: Int = 0) {
    let alignment = AlignedArray<UInt8>.alignment
    Self.grow(&bytes, to: image + LinearPlan.slack)
    Self.grow(&columns, to: count + LinearPlan.slack + alignment)
    Self.grow(&self.sums, to: sums + alignment / 4)
    Self.grow(&self.scratch, to: (scratch + 7) / 8)
    Self.grow(&self.squares, to: squares)
  }

  /// Calls `body` with the squares, which are taken out of the workspace meanwhile.
  mutating func withSquares(
    _ body: (inout Workspace, UnsafeMutablePointer<Int32>) -> Void
  ) {
    var squares: [Int32] = []
    swap(&squares, &self.squares)
    squares.withUnsafeMutableBufferPointer { squares in
      if let squares = squares.baseAddress { body(&self, squares) }
    }
    swap(&squares, &self.squares)
  }

  /// Calls `body` with the image, the columns, the sums and the scratch of a layer on bytes; columns and sums lie at
  /// multiples of 64 bytes.
  mutating func withBuffers(
    _ body: (
      UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<Int32>,
      UnsafeMutableRawPointer
    ) -> Void
  ) {
    bytes.withUnsafeMutableBufferPointer { image in
      columns.withUnsafeMutableBufferPointer { columns in
        sums.withUnsafeMutableBufferPointer { sums in
          scratch.withUnsafeMutableBytes { scratch in
            guard let image = image.baseAddress, let columns = columns.baseAddress,
              let sums = sums.baseAddress, let scratch = scratch.baseAddress
            else { return }
            body(image, columns.aligned, sums.aligned, scratch)
          }
        }
      }
    }
  }

  /// Calls `body` with words less `lowest` as bytes.
  mutating func withInput(
    _ words: UnsafePointer<Int32>, count: Int, lowest: Int32,
    _ body: (inout Workspace, UnsafePointer<UInt8>) -> Void
  ) {
    var input: [UInt8] = []
    swap(&input, &self.input)
    Self.grow(&input, to: count + LinearPlan.slack)
    for index in 0..<count { input[index] = UInt8(truncatingIfNeeded: words[index] &- lowest) }
    input.withUnsafeBufferPointer { input in
      if let input = input.baseAddress { body(&self, input) }
    }
    swap(&input, &self.input)
  }

  /// Calls `body` with room for `inputs` and `results` words.
  ///
  /// The room is taken out of the workspace meanwhile, which `body` may use otherwise.
  mutating func withWords(
    inputs: Int, results count: Int,
    _ body: (inout Workspace, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>) -> Void
  ) {
    var words: [Int32] = []
    var results: [Int32] = []
    swap(&words, &self.words)
    swap(&results, &self.results)
    Self.grow(&words, to: inputs)
    Self.grow(&results, to: count)
    words.withUnsafeMutableBufferPointer { words in
      results.withUnsafeMutableBufferPointer { results in
        guard let words = words.baseAddress, let results = results.baseAddress else { return }
        body(&self, words, results)
      }
    }
    swap(&words, &self.words)
    swap(&results, &self.results)
  }

  /// Makes a buffer hold `count` elements at least, and one in any case.
  static func grow<Element: FixedWidthInteger>(_ buffer: inout [Element], to count: Int) {
    guard buffer.count < max(count, 1) else { return }
    buffer = []
    buffer = [Element](repeating: 0, count: max(count, 1))
  }
}
