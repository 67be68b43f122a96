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
  case table(ByteMap)
  /// Inputs moved run by run, each through a table where its quantization is another one.
  case concatenation([Part])
  /// Everything else, on words.
  case words

  /// One input of a concatenation.
  struct Part: Sendable {
    let runs: CopyRuns
    /// The output byte of each input byte; nil where bytes stay.
    let map: ByteMap?
  }

  /// The step of a layer that reads bytes and writes bytes in a way of its own; nil if it does not.
  static func bytes(
    _ plan: LayerPlan, inputs: [ActivationQuantization], _ storages: [CodeStorage],
    output: CodeStorage
  ) -> StoredStep? {
    guard case .bytes(let target) = output, case .bytes(let source)? = storages.first
    else { return nil }
    func map(_ code: (Int32) -> Int32) -> ByteMap {
      ByteMap(inputs[0], to: target, code)
    }
    switch plan {
    case .table(let codes, let lowest): return .table(map { codes[Int($0 - lowest)] })
    case .rescale(let rescale): return .table(map { rescale.code(Int($0)) })
    case .thresholds(let thresholds) where thresholds.tables.count == 1:
      return .table(map { thresholds.code($0, channel: 0) })
    case .gather(let places?, let code) where source == target:
      let runs = CopyRuns(sources: places)
      // Single codes move no faster run by run.
      return runs.runs.count * 4 > places.count
        ? nil : .copy(runs, constant: UInt8(truncatingIfNeeded: code &- target))
    case .concatenation(let parts):
      var own: [Part] = []
      for (index, part) in parts.enumerated() {
        guard case .bytes(let lowest) = storages[index], let table = part.table else { return nil }
        let map = ByteMap(inputs[index], to: target) { table[Int($0 - lowest)] }
        own.append(Part(runs: CopyRuns(targets: part.places), map: map.isIdentity ? nil : map))
      }
      return .concatenation(own)
    case .linear, .pool, .binary, .gather, .softmax, .matrixProduct, .thresholds, .realCodes,
      .float, .constant, .recurrent:
      return nil
    }
  }
}

/// A byte for each of 256 bytes.
struct ByteMap: Sendable {
  let bytes: [UInt8]

  /// The bytes of codes given for each code of a quantization of 256 codes or fewer.
  init(
    _ quantization: ActivationQuantization, to lowest: Int32, _ code: (Int32) -> Int32
  ) {
    let codes = quantization.codes.map { UInt8(truncatingIfNeeded: code(Int32($0)) &- lowest) }
    bytes = codes + [UInt8](repeating: 0, count: 256 - codes.count)
  }

  /// Whether every byte stays as it is.
  var isIdentity: Bool { bytes.enumerated().allSatisfy { Int($1) == $0 } }

  /// Maps `count` bytes; both may be the same ones.
  func map(
    _ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>, count: Int
  ) {
    bytes.withUnsafeBufferPointer { bytes in
      guard let bytes = bytes.baseAddress else { return }
      for index in 0..<count { target[index] = bytes[Int(source[index])] }
    }
  }
}
