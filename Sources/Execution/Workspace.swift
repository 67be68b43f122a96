/// Buffers that one thread reuses from layer to layer.
struct Workspace {
  var image: [Int32] = []
  var tile: [Int32] = []
  /// The inputs of a layer that works on words, one after the other, and its results.
  var words: [Int32] = []
  var results: [Int32] = []

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
  static func grow(_ buffer: inout [Int32], to count: Int) {
    guard buffer.count < max(count, 1) else { return }
    buffer = []
    buffer = [Int32](repeating: 0, count: max(count, 1))
  }
}
