/// What an output axis and its kernel axis touch of the input together: positions inside the image.
///
/// Labels are those of `AxisProfile`, i for the outputs and j for the taps. The tables of touched positions
/// are running sums over all steps with labels at most i and j.
///
/// - Complexity: outputs times taps; independent of both where there is one tap and no padding.
struct WindowProfile: Sendable {
  /// The positions of all steps.
  private var touched: [LinkPair]
  private var halo: Halo?
  /// The labels of the taps: the length of a row of the tables.
  private let width: Int

  /// The positions that the steps with labels at most these touch.
  func touched(_ output: Int, _ tap: Int) -> LinkPair { touched[output * width + tap] }

  /// The positions held already where all loops inside the outermost `output` and `tap` ones start again.
  func kept(_ output: Int, _ tap: Int) -> LinkPair {
    halo?.resets[output * width + tap] ?? LinkPair()
  }

  /// The positions held already where the innermost of these loops over outputs goes on.
  func keptByOutput(_ output: Int, _ tap: Int) -> LinkPair {
    halo?.outputMoves[output * width + tap] ?? LinkPair()
  }

  /// The positions held already where the innermost of these loops over taps goes on.
  func keptByTap(_ output: Int, _ tap: Int) -> LinkPair {
    halo?.tapMoves[output * width + tap] ?? LinkPair()
  }

  /// The profile of a pair of axes, with what is held already only where it matters.
  init(
    outputs: Int, outputChain: [ChainLoop], taps: Int, tapChain: [ChainLoop], sliding: Sliding,
    keepsHalo: Bool
  ) {
    width = tapChain.count + 1
    touched = [LinkPair](repeating: LinkPair(), count: (outputChain.count + 1) * width)
    if !keepsHalo, taps == 1, sliding.pad == 0, (outputs - 1) * sliding.stride < sliding.extent {
      // Every output has one position of its own.
      let extents = AxisProfile(bound: outputs, chain: outputChain).extents
      for index in touched.indices {
        touched[index] = LinkPair(
          parents: extents[index / width], children: extents[index / width])
      }
      return
    }
    var marks = WindowMarks(sliding)
    let outputs = AxisSteps(bound: outputs, chain: outputChain, keepsIndices: keepsHalo)
    let taps = AxisSteps(bound: taps, chain: tapChain, keepsIndices: keepsHalo)
    for output in outputs.steps {
      for tap in taps.steps {
        touched[output.label * width + tap.label] += marks.count(output.tile, tap.tile).touched
      }
    }
    for index in touched.indices where index % width > 0 { touched[index] += touched[index - 1] }
    for index in touched.indices where index >= width { touched[index] += touched[index - width] }
    if keepsHalo {
      halo = Halo(outputs, taps, outputChain, tapChain, all: touched[touched.count - 1], &marks)
    }
  }
}

/// The positions that an instance has held already when its next tile is loaded, where the loops
/// outside i and j stand still.
private struct Halo: Sendable {
  /// Where outputs and taps start again.
  var resets: [LinkPair]
  /// Where loop i - 1 over outputs goes on and taps start again.
  var outputMoves: [LinkPair]
  /// Where loop j - 1 over taps goes on and outputs start again.
  var tapMoves: [LinkPair]

  init(
    _ outputs: AxisSteps, _ taps: AxisSteps, _ outputChain: [ChainLoop], _ tapChain: [ChainLoop],
    all: LinkPair, _ marks: inout WindowMarks
  ) {
    let zeros = [LinkPair](
      repeating: LinkPair(), count: (outputChain.count + 1) * (tapChain.count + 1))
    (resets, outputMoves, tapMoves) = (zeros, zeros, zeros)
    func kept(_ outputs: [AxisSteps.Tile], _ taps: [AxisSteps.Tile]) -> LinkPair {
      var sum = LinkPair()
      for output in outputs {
        for tap in taps { sum += marks.count(output, tap).kept }
      }
      return sum
    }
    let tapResets = (0...tapChain.count).map { taps.resets(inside: $0) }
    let tapAdvances = tapChain.indices.map {
      tapChain[$0].kind == .time ? taps.moves(of: $0) : []
    }
    for i in 0...outputChain.count {
      let outputResets = outputs.resets(inside: i)
      let isMove = i > 0 && outputChain[i - 1].kind == .time
      let outputAdvances = isMove ? outputs.moves(of: i - 1) : []
      for j in 0...tapChain.count {
        let index = i * (tapChain.count + 1) + j
        // Where all loops stand still nothing starts again: every tile is the one before.
        resets[index] = index == zeros.count - 1 ? all : kept(outputResets, tapResets[j])
        if i > 0 { outputMoves[index] = kept(outputAdvances, tapResets[j]) }
        if j > 0 { tapMoves[index] = kept(outputResets, tapAdvances[j - 1]) }
      }
    }
  }
}
