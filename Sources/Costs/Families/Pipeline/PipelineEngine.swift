import Devices
import Mappings

/// What an engine takes of the fabric.
struct FabricUse: Hashable {
  var luts = 0
  var dsps = 0
  /// Memory blocks of 18 Kib.
  var blocks = 0

  static func + (left: FabricUse, right: FabricUse) -> FabricUse {
    FabricUse(
      luts: left.luts + right.luts, dsps: left.dsps + right.dsps,
      blocks: left.blocks + right.blocks)
  }

  /// The first resource that a fabric has less of, or nil when it has enough.
  func shortage(in fabric: PipelineResources) -> (name: String, needed: Int, available: Int)? {
    for (name, needed, available) in [
      ("luts", luts, fabric.luts), ("dsps", dsps, fabric.dsps),
      ("blockRAMs", blocks, fabric.blockRAMs),
    ] where needed > available { return (name, needed, available) }
    return nil
  }

  /// The share of the fabric: what is spent when nothing else decides.
  func share(of fabric: PipelineResources) -> Double {
    Double(luts) / Double(fabric.luts) + Double(dsps) / Double(fabric.dsps)
      + Double(blocks) / Double(fabric.blockRAMs)
  }
}

/// How many rows of a matrix an engine works on at a time, and how many of their products.
struct EngineFolding: Hashable {
  /// Rows at a time: PE.
  var elements: Int
  /// Products of a row at a time: SIMD.
  var lanes: Int

  var parallelism: Int { elements * lanes }
}

/// The engine of one layer of a streaming pipeline: a matrix times the vectors of the windows.
///
/// - Model: `(rows / PE) * (reduction / SIMD) * vectors` cycles, PE and SIMD divisors. LUTs as FINN-R
///   estimates them: `300 + 1.1 * PE * (multipliers + adder tree + accumulator)`. Weights lie in
///   memory blocks (in LUTs up to 128 words), and the rows of the image that a window covers in a
///   buffer; streamed weights need the whole input in it, so that they pass by once.
/// - Validity: FINN's own estimates; FIFOs between engines and thresholds are left out.
struct PipelineEngine {
  var work: LayerWork
  /// Rows of the matrix, the products of each, and how many vectors there are.
  var rows: Int
  var reduction: Int
  var vectors: Int
  /// Whether the weights come from the outer memory, for each image again.
  var isStreamed = false

  init(_ work: LayerWork) {
    self.work = work
    let bounds = work.bounds
    switch work.kind {
    case .products:
      rows = bounds.groups * bounds.outputChannels
      reduction = bounds.inputChannels * bounds.kernelRows * bounds.kernelColumns
      vectors = bounds.batch * bounds.outputRows * bounds.outputColumns
    case .pool:
      rows = bounds.groups
      reduction = bounds.kernelRows * bounds.kernelColumns
      vectors = bounds.batch * bounds.outputRows * bounds.outputColumns
    case .elementwise, .movement:
      rows = bounds.groups * bounds.outputRows * bounds.outputColumns
      reduction = work.inputCount
      vectors = bounds.batch
    case .none: (rows, reduction, vectors) = (0, 0, 0)
    }
  }

  /// Whether there is something to do.
  var isActive: Bool { rows > 0 && reduction > 0 && vectors > 0 }

  /// The bits of all weights and biases.
  var weightBits: Int {
    work.elements(of: .weights) * work.widths.weights + work.biasCount * work.widths.bias
  }

  /// All foldings: divisors of both dimensions.
  var foldings: [EngineFolding] {
    let lanes = Self.divisors(reduction)
    return Self.divisors(rows).flatMap { elements in
      lanes.map { EngineFolding(elements: elements, lanes: $0) }
    }
  }

  func cycles(_ folding: EngineFolding) -> Int {
    guard isActive else { return 0 }
    return rows / folding.elements * (reduction / folding.lanes) * vectors
  }

  func use(_ folding: EngineFolding, of fabric: PipelineResources) -> FabricUse {
    guard isActive else { return FabricUse() }
    let isProduct = work.kind == .products
    let stored = isProduct ? work.widths.weights : 0
    // Engines are made for integers; a table or a shifter in front of them is not counted.
    let decoded = work.widths.decodedWeights ?? work.widths.multiplication?.decodedWeightBits
    let weights = isProduct ? decoded ?? stored : 0
    let inputs = work.widths.inputs
    let multiplied = isProduct ? work.widths.decodedInputs ?? inputs : inputs
    let pair = weights + multiplied
    let isLUT = pair <= fabric.lutOperandBits
    let multipliers = isProduct && isLUT ? folding.lanes * (2 * ((pair + 5) / 6) - 1) * pair : 0
    let row = multipliers + pair * (2 * folding.lanes - 1) + work.widths.partialSums
    var use = FabricUse(luts: 300 + Int(1.1 * Double(folding.elements * row)))
    if isProduct, !isLUT {
      let products = fabric.packing.products(weights: weights, activations: multiplied)
      use.dsps = Int((Double(folding.parallelism) / products).rounded(.up))
    }
    if isProduct, !isStreamed {
      let words = rows / folding.elements * (reduction / folding.lanes)
      use = use + Self.memory(width: folding.parallelism * stored, words: words)
    }
    let buffered = bufferBits
    if buffered > 0 {
      let width = folding.lanes * inputs
      use = use + Self.memory(width: width, words: (buffered + width - 1) / width)
    }
    return use
  }

  /// The bits of inputs that wait for their window: its rows, or the image of streamed weights.
  private var bufferBits: Int {
    let bounds = work.bounds
    switch work.kind {
    case .products, .pool:
      let isWhole = isStreamed || (bounds.inputHeight == 1 && bounds.inputWidth == 1)
      let lines = isWhole ? bounds.inputHeight : min(bounds.kernelRows, bounds.inputHeight)
      if lines == 1, bounds.inputWidth > 1, bounds.kernelColumns == 1 { return 0 }
      return lines * bounds.inputWidth * bounds.groups * bounds.inputChannels * work.widths.inputs
    case .elementwise, .movement, .none: return 0
    }
  }

  /// A memory: LUTs for up to 128 words, else blocks in the shape that wastes least.
  private static func memory(width: Int, words: Int) -> FabricUse {
    if words <= 128 { return FabricUse(luts: width * ((words + 63) / 64)) }
    let shapes = [(1, 16_384), (2, 8192), (4, 4096), (9, 2048), (18, 1024), (36, 512)]
    let blocks = shapes.map { ((width + $0 - 1) / $0) * ((words + $1 - 1) / $1) }
    return FabricUse(blocks: blocks.min() ?? 0)
  }

  private static func divisors(_ number: Int) -> [Int] {
    var small: [Int] = []
    var large: [Int] = []
    var divisor = 1
    while divisor * divisor <= number {
      if number % divisor == 0 {
        small.append(divisor)
        if divisor * divisor < number { large.append(number / divisor) }
      }
      divisor += 1
    }
    return small + large.reversed()
  }
}
