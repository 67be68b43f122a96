internal import Networks
internal import Tensors

/// What one thread runs samples with: memory for values, buffers, figures and layers' memories.
struct SampleRunner {
  let executor: IntegerExecutor
  /// Where each value is read and written, of the sample that is selected.
  private(set) var codes: [StoredCodes]
  private(set) var results: [MutableStoredCodes]
  /// The same of each sample that runs together with others.
  private let places: [(codes: [StoredCodes], results: [MutableStoredCodes])]
  var workspace = Workspace()
  /// The figures and tallies of the layers of products, by their number.
  var overflow: [LayerOverflow]
  var tallies: [OperandTally]
  /// The memories of the layers that have one, by their number.
  var states: [[Int32]]

  /// Calls `body` with a runner of its own.
  static func with<Result>(
    _ executor: IntegerExecutor, _ body: (inout SampleRunner) -> Result
  ) -> Result {
    // Kernels read some bytes beyond a value.
    let byteCount = executor.memoryPerThread + LinearPlan.slack
    return withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 64) { buffer in
      guard let memory = buffer.baseAddress else {
        preconditionFailure("memory of more than no bytes has an address")
      }
      var runner = SampleRunner(executor, memory)
      return body(&runner)
    }
  }

  private init(_ executor: IntegerExecutor, _ memory: UnsafeMutableRawPointer) {
    self.executor = executor
    let values = executor.network.shapes.indices
    places = (0..<executor.together.count).map { sample in
      (
        values.map { executor.layout.codes(of: $0, in: memory, sample: sample) },
        values.map { executor.layout.results(of: $0, in: memory, sample: sample) }
      )
    }
    codes = places[0].codes
    results = places[0].results
    overflow = executor.linears.map {
      $0.emptyOverflow(observesPrefixes: executor.observation == .full)
    }
    tallies = executor.observers.map(\.emptyTally)
    states = executor.recurrents.map(\.initialState)
    for (index, plan) in executor.plans.enumerated() {
      guard case .constant(let codes) = plan else { continue }
      codes.withUnsafeBufferPointer { codes in
        guard let start = codes.baseAddress else { return }
        results[index + 1].fill(from: start, count: codes.count)
      }
    }
  }

  /// Gives the layers with a memory what they hold before the first step.
  mutating func reset() {
    for index in states.indices { states[index] = executor.recurrents[index].initialState }
  }

  /// Makes a sample of those that run together the one that everything is about.
  mutating func select(_ sample: Int) {
    codes = places[sample].codes
    results = places[sample].results
  }

  /// The place of the input, to be written before a sample runs.
  var input: InputCodes {
    InputCodes(
      quantization: executor.network.quantizations[0], order: executor.inputOrder,
      codes: results[0])
  }

  /// The codes of the result in ONNX axis order.
  func output() -> [Int32] { executor.outputOrder.codes(codes[executor.network.output]) }

  /// Runs the layers that each sample runs for itself, on the input that is in its place.
  mutating func runAlone() {
    for index in 0..<executor.together.first { run(layer: index) }
  }

  /// Runs the other layers on the first `count` samples.
  mutating func runTogether(_ count: Int) {
    for index in executor.together.first..<executor.steps.count {
      if runAtOnce(index, count) { continue }
      for sample in 0..<count {
        select(sample)
        run(layer: index)
      }
    }
  }

  /// Runs one layer on several samples at once; false where it has to run on one after the other.
  private mutating func runAtOnce(_ index: Int, _ count: Int) -> Bool {
    let input = executor.inputs[index].first ?? 0
    guard count > 1, case .linear(let number) = executor.steps[index],
      executor.together.layers.contains(number), executor.layout.isOwn[input],
      case .bytes = places[0].codes[input], case .bytes = places[0].results[index + 1]
    else { return false }
    executor.functions[number](
      places[0].codes[input], places[0].results[index + 1],
      LinearPlan.SampleRows(count: count, stride: executor.layout.ownByteCount), nil,
      &overflow[number], &workspace)
    return true
  }

  /// Runs one layer on the values before it.
  ///
  /// - Parameter contents: receives the accumulators of a layer of products.
  mutating func run(layer index: Int, contents: UnsafeMutablePointer<Int64>? = nil) {
    let inputs = executor.inputs[index]
    switch executor.steps[index] {
    case .nothing: break
    case .linear(let number):
      executor.functions[number](
        codes[inputs[0]], results[index + 1], nil, contents, &overflow[number], &workspace)
      if !tallies.isEmpty { observe(number, inputs[0]) }
    case .recurrent(let number):
      let plan = executor.recurrents[number]
      var state: [Int32] = []
      swap(&state, &states[number])
      runWords(index) { plan.run($0, $1, state: &state) }
      swap(&state, &states[number])
    case .copy(let runs, let constant):
      runs.copy(bytes(of: inputs[0]), bytes(ofResult: index), constant: constant)
    case .table(let table):
      table.run(
        bytes(of: inputs[0]), to: bytes(ofResult: index), count: executor.layout.counts[index + 1])
    case .binary(let binary):
      binary.run(
        bytes(of: inputs[0]), bytes(of: inputs[1]), to: bytes(ofResult: index),
        count: executor.layout.counts[index + 1])
    case .pool(let pool): pool.run(bytes(of: inputs[0]), to: bytes(ofResult: index))
    case .concatenation(let parts):
      for (part, input) in zip(parts, inputs) {
        if let table = part.table {
          part.runs.copy(bytes(of: input), bytes(ofResult: index), through: table)
        } else {
          part.runs.copy(bytes(of: input), bytes(ofResult: index), constant: 0)
        }
      }
    case .words:
      let plan = executor.plans[index]
      let count = executor.layout.counts[index + 1]
      runWords(index) { plan.run($0, $1, count: count) }
    }
  }

  /// The bytes of a value that is kept in bytes.
  private func bytes(of value: Int) -> UnsafePointer<UInt8> {
    guard case .bytes(let bytes, _) = codes[value] else {
      preconditionFailure("a layer on bytes reads and writes bytes")
    }
    return bytes
  }

  private func bytes(ofResult layer: Int) -> UnsafeMutablePointer<UInt8> {
    guard case .bytes(let bytes, _) = results[layer + 1] else {
      preconditionFailure("a layer on bytes reads and writes bytes")
    }
    return bytes
  }

  /// Counts the operands of a layer of products.
  private mutating func observe(_ number: Int, _ value: Int) {
    let observer = executor.observers[number]
    if case .words(let words) = codes[value] {
      observer.observe(words, &tallies[number])
      return
    }
    let codes = codes[value]
    let count = executor.layout.counts[value]
    var tally = OperandTally(zeros: [])
    swap(&tally, &tallies[number])
    workspace.withWords(inputs: count, results: 0) { _, words, _ in
      codes.copy(to: words, count: count)
      observer.observe(words, &tally)
    }
    swap(&tally, &tallies[number])
  }

  /// Calls `body` with the inputs and the room for the results of a layer as words.
  private mutating func runWords(
    _ index: Int, _ body: ([UnsafePointer<Int32>], UnsafeMutablePointer<Int32>) -> Void
  ) {
    let counts = executor.layout.counts
    let inputs = executor.inputs[index].map { (codes: codes[$0], count: counts[$0]) }
    let result = results[index + 1]
    let room = inputs.reduce(0) { $0 + ($1.codes.isWords ? 0 : $1.count) }
    let isWords = result.isWords
    workspace.withWords(inputs: room, results: isWords ? 0 : counts[index + 1]) {
      _, words, results in
      var next = words
      let pointers = inputs.map { input -> UnsafePointer<Int32> in
        if case .words(let words) = input.codes { return words }
        let start = next
        input.codes.copy(to: start, count: input.count)
        next += input.count
        return UnsafePointer(start)
      }
      if case .words(let target) = result {
        body(pointers, target)
      } else {
        body(pointers, results)
        result.fill(from: results, count: counts[index + 1])
      }
    }
  }
}
