internal import Networks

/// How a layer runs on stored codes.
enum StoredStep: Sendable {
  /// Its codes are where they belong: a constant, or an input under another name.
  case nothing
  /// The layer of products with that number.
  case linear(Int)
  /// The layer with a memory with that number.
  case recurrent(Int)
  /// Bytes moved run by run, and a constant where none comes from.
  case copy(CopyRuns, constant: UInt8)
  /// A byte for each byte.
  case table(ByteTable)
  /// A byte for each pair of bytes.
  case binary(ByteBinary)
  case pool(BytePool)
  /// Inputs moved run by run, each through a table where its quantization is another one.
  case concatenation([Part])
  /// Everything else, on words.
  case words

  /// One input of a concatenation.
  struct Part: Sendable {
    let runs: CopyRuns
    /// The output byte of each input byte; nil where bytes stay.
    let table: ByteTable?
  }

  /// The step of a layer that reads bytes and writes bytes in a way of its own; nil if it does not.
  static func bytes(
    _ plan: LayerPlan, inputs: [ActivationQuantization], _ storages: [CodeStorage],
    output: CodeStorage
  ) -> StoredStep? {
    guard case .bytes(let target) = output, storages.allSatisfy({ !$0.isWords }),
      case .bytes(let source)? = storages.first
    else { return nil }
    func table(_ code: (Int32) -> Int32) -> StoredStep? {
      ByteTable(inputs[0].codes.map { code(Int32($0)) }, lowest: Int(target)).map { .table($0) }
    }
    switch plan {
    case .table(let codes, let lowest): return table { codes[Int($0 - lowest)] }
    case .rescale(let rescale): return table { rescale.code(Int($0)) }
    case .thresholds(let thresholds) where thresholds.tables.count == 1:
      return table { thresholds.code($0, channel: 0) }
    case .gather(let places?, let code) where source == target:
      let runs = CopyRuns(sources: places)
      // Single codes move no faster run by run.
      return runs.runs.count * 4 > places.count
        ? nil : .copy(runs, constant: UInt8(truncatingIfNeeded: code &- target))
    case .concatenation(let parts):
      let own = zip(parts, storages).compactMap { Part($0, $1, lowest: target) }
      return own.count == parts.count ? .concatenation(own) : nil
    case .pool(let pool): return BytePool(pool).map { .pool($0) }
    case .binary(let binary): return ByteBinary(binary).map { .binary($0) }
    case .linear, .gather, .softmax, .matrixProduct, .thresholds, .realCodes, .float, .constant,
      .recurrent, .nearest:
      return nil
    }
  }
}

extension StoredStep.Part {
  /// An input whose bytes count from the lowest code of its format; nil where it is not in bytes.
  init?(_ input: ConcatenatedInput, _ storage: CodeStorage, lowest: Int32) {
    guard case .bytes(let source) = storage, let codes = input.table,
      let table = ByteTable(codes, lowest: Int(lowest))
    else { return nil }
    let isSame = source == lowest && codes.enumerated().allSatisfy { Int($1 - lowest) == $0 }
    runs = CopyRuns(targets: input.places)
    self.table = isSame ? nil : table
  }
}
