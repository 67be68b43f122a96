/// Marks on the positions of an image: a position seen by an instance carries a mark above earlier ones.
struct WindowMarks {
  private let sliding: Sliding
  private var children: [Int]
  private var new: [Int]
  private var known: [Int]
  private var mark = 0

  init(_ sliding: Sliding) {
    self.sliding = sliding
    children = [Int](repeating: 0, count: max(sliding.extent, 0))
    (new, known) = (children, children)
  }

  /// The positions that instances touch, and those of them that they held before.
  ///
  /// A parent need not read again what all of its children that touch it held before.
  mutating func count(
    _ outputs: AxisSteps.Tile, _ taps: AxisSteps.Tile
  ) -> (touched: LinkPair, kept: LinkPair) {
    var touched = LinkPair()
    var read = LinkPair()
    for outputParent in outputs {
      for tapParent in taps {
        mark += 1
        let parent = mark
        for output in outputParent {
          for tap in tapParent { count(output, tap, parent: parent, &touched, &read) }
        }
      }
    }
    return (touched, touched - read)
  }

  private mutating func count(
    _ output: AxisSteps.Child, _ tap: AxisSteps.Child, parent: Int, _ touched: inout LinkPair,
    _ read: inout LinkPair
  ) {
    mark += 1
    for taps in tap.before {
      for outputs in output.before { markKnown(outputs, taps) }
    }
    for taps in tap.now {
      for r in taps {
        let offset = r * sliding.dilation - sliding.pad
        for outputs in output.now {
          for p in outputs {
            let position = p * sliding.stride + offset
            guard position >= 0, position < sliding.extent, children[position] < mark else {
              continue
            }
            if children[position] < parent { touched.parents += 1 }
            children[position] = mark
            touched.children += 1
            guard known[position] < mark else { continue }
            read.children += 1
            if new[position] < parent { read.parents += 1 }
            new[position] = parent
          }
        }
      }
    }
  }

  private mutating func markKnown(_ outputs: Range<Int>, _ taps: Range<Int>) {
    for r in taps {
      let offset = r * sliding.dilation - sliding.pad
      for p in outputs {
        let position = p * sliding.stride + offset
        if position >= 0, position < sliding.extent { known[position] = mark }
      }
    }
  }
}
