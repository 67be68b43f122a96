internal import CKernels
internal import Tensors

/// How a tensor in ONNX axis order and the same one as stored go together: images are stored
/// channel-last, everything else as it is.
struct ImageOrder: Sendable {
  let images: Int
  let channels: Int
  /// The places of one channel of an image.
  let pixels: Int

  /// The order of a tensor of that shape.
  init(_ shape: Shape) {
    let isImages = shape.rank == 4
    images = isImages ? shape[0] : 1
    channels = isImages ? shape[1] : 1
    pixels = isImages ? shape[2] * shape[3] : shape.count
  }

  /// The elements.
  var count: Int { images * channels * pixels }

  /// Stores elements that are in ONNX axis order.
  @inline(__always)
  func store<Element, Stored>(
    _ elements: UnsafePointer<Element>, _ stored: UnsafeMutablePointer<Stored>,
    _ code: (Element) -> Stored
  ) {
    for image in 0..<images {
      for channel in 0..<channels {
        let source = elements + (image * channels + channel) * pixels
        let target = stored + image * channels * pixels + channel
        for pixel in 0..<pixels { target[pixel * channels] = code(source[pixel]) }
      }
    }
  }

  /// Brings stored elements into ONNX axis order.
  @inline(__always)
  func load<Stored, Element>(
    _ stored: UnsafePointer<Stored>, _ elements: UnsafeMutablePointer<Element>,
    _ element: (Stored) -> Element
  ) {
    for image in 0..<images {
      for channel in 0..<channels {
        let target = elements + (image * channels + channel) * pixels
        let source = stored + image * channels * pixels + channel
        for pixel in 0..<pixels { target[pixel] = element(source[pixel * channels]) }
      }
    }
  }
}

extension ImageOrder {
  /// Stores codes that are in ONNX axis order.
  ///
  /// - Precondition: as many codes as the tensor has, codes of its format all of them.
  func store(_ codes: UnsafeBufferPointer<Int32>, _ stored: MutableStoredCodes) {
    precondition(codes.count == count, "a sample has \(count) codes, not \(codes.count)")
    guard let source = codes.baseAddress else { return }
    switch stored {
    case .bytes(let target, let lowest):
      var high: Int32 = 0
      for image in 0..<images {
        let start = image * channels * pixels
        high |= ww_store_image(
          source + start, Int64(channels), Int64(pixels), lowest, target + start)
      }
      precondition(high == 0, "the codes of a sample are codes of the input's format")
    case .words(let target): store(source, target) { $0 }
    }
  }

  /// Stores bytes that are in ONNX axis order, each a code less `lowest`.
  func store(bytes: UnsafeBufferPointer<UInt8>, lowest: Int32, _ stored: MutableStoredCodes) {
    precondition(bytes.count == count, "a sample has \(count) codes, not \(bytes.count)")
    guard let source = bytes.baseAddress else { return }
    switch stored {
    case .bytes(let target, _):
      turn(source, rows: channels, columns: pixels, to: target)
    case .words(let target): store(source, target) { Int32($0) + lowest }
    }
  }

  /// Writes the codes, less `lowest`, in ONNX axis order.
  func load(_ stored: StoredCodes, lowest: Int32, bytes: UnsafeMutablePointer<UInt8>) {
    switch stored {
    case .bytes(let source, _):
      turn(source, rows: pixels, columns: channels, to: bytes)
    case .words(let source): load(source, bytes) { UInt8(truncatingIfNeeded: $0 - lowest) }
    }
  }

  /// Makes columns of the rows of each image.
  private func turn(
    _ source: UnsafePointer<UInt8>, rows: Int, columns: Int, to target: UnsafeMutablePointer<UInt8>
  ) {
    for image in 0..<images {
      let start = image * channels * pixels
      ww_turn_image(source + start, Int64(rows), Int64(columns), target + start)
    }
  }

  /// The codes in ONNX axis order.
  func codes(_ stored: StoredCodes) -> [Int32] {
    [Int32](unsafeUninitializedCapacity: count) { codes, initialized in
      if let target = codes.baseAddress { load(stored, to: target) }
      initialized = count
    }
  }

  /// Writes the codes in ONNX axis order.
  func load(_ stored: StoredCodes, to codes: UnsafeMutablePointer<Int32>) {
    switch stored {
    case .bytes(let source, let lowest):
      for image in 0..<images {
        let start = image * channels * pixels
        ww_load_image(source + start, Int64(channels), Int64(pixels), lowest, codes + start)
      }
    case .words(let source): load(source, codes) { $0 }
    }
  }
}
