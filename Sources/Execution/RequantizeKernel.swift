internal import CKernels
package import Networks

/// The rescaling of int32 contents of a layer's accumulators to bytes, each its code less the lowest
/// code of the output's format.
///
/// - Exactness: bit-identical to `Requantization.rescaled`, the zero point added and clamped, for every
///   int32 content, on every instruction set.
package struct RequantizeKernel: Sendable {
  /// What `ww_requantize` needs but for the arrays, under the names of `ww_requantization`.
  struct Form: Sendable {
    var kind: Int32 = 0
    var low: Int32 = 0
    var high: Int32 = 0
    var offset: Int32 = 0
    var lostBits: Int32 = 0
    var floatStart: Float = 0
    var rounding: Int32 = 0
    var policy: Int32 = 0
    var bits: Int32 = 8
    var isSigned: Int32 = 0
    var rectifies: Int32 = 0
    var thresholdCount: Int32 = 0
  }

  var form = Form()
  /// The output channels.
  package let channels: Int
  /// One number for each channel and 16 more, which the kernel reads and does not use.
  var corrections: [Int32]
  var mantissas: [Int32]
  var shifts: [Int32]
  var floats: [Float] = [0]
  var doubles: [Double] = [0]
  /// Thresholds [count][mantissas.count] and, where codes are not consecutive, bytes [channels][count + 1].
  var thresholds: [Int32] = [0]
  var bytes: [UInt8] = []

  /// A kernel that gives contents as codes; nil where codes are no bytes.
  ///
  /// - Parameters:
  ///   - corrections: what comes off the contents of each channel first, in 32 bits; empty for nothing.
  ///   - wrappingBits: the bits of the register that the corrected content wraps at.
  package init?(
    channels: Int, output: ActivationQuantization, clamp: ClosedRange<Int>,
    corrections: [Int] = [], wrappingBits: Int = 32
  ) {
    let codes = output.codes
    guard codes.count <= 256, codes.contains(clamp.lowerBound), codes.contains(clamp.upperBound),
      channels > 0, corrections.isEmpty || corrections.count == channels,
      (2...32).contains(wrappingBits)
    else { return nil }
    self.channels = channels
    let length = channels + 16
    self.corrections = corrections.map { Int32(truncatingIfNeeded: $0) }
    self.corrections += [Int32](repeating: 0, count: length - corrections.count)
    mantissas = [Int32](repeating: 0, count: length)
    shifts = [Int32](repeating: 0, count: length)
    form.kind = Int32(WW_REQUANTIZE_ROUND)
    form.lostBits = corrections.isEmpty ? 0 : Int32(32 - wrappingBits)
    form.low = Int32(clamp.lowerBound)
    form.high = Int32(clamp.upperBound)
    form.offset = Int32(-codes.lowerBound)
    for channel in 0..<channels { mantissas[channel] = 1 }
  }

  /// Rescales rows of contents.
  ///
  /// - Shapes: contents [rows][stride], bytes [rows][byteStride]; each row starts at the first of
  ///   `channels`.
  package func run(
    _ contents: UnsafePointer<Int32>, stride: Int, rows: Int, channels: Range<Int>,
    to bytes: UnsafeMutablePointer<UInt8>, stride byteStride: Int
  ) {
    precondition(
      channels.lowerBound >= 0 && channels.upperBound <= self.channels, "channels of the layer")
    withForm(from: channels.lowerBound) { form in
      ww_requantize(
        &form, contents, Int64(stride), Int64(rows), Int32(channels.count), bytes,
        Int64(byteStride))
    }
  }

  /// Calls with what kernels need to rescale the channels from `channel` on.
  func withForm(from channel: Int, _ body: (inout ww_requantization) -> Void) {
    withForm { form in
      form.corrections += channel
      form.mantissas += channel
      form.shifts += channel
      if floats.count > 1 { form.floats += channel }
      if doubles.count > 1 { form.doubles += channel }
      if thresholds.count > 1 { form.thresholds += channel }
      if let codes = form.codes {
        form.codes = codes + channel * (Int(form.thresholdCount) + 1)
      }
      body(&form)
    }
  }

  /// Calls with the addresses of the arrays filled in.
  private func withForm(_ body: (inout ww_requantization) -> Void) {
    var form = ww_requantization(
      kind: form.kind, low: form.low, high: form.high, offset: form.offset,
      lostBits: form.lostBits, corrections: nil, mantissas: nil, shifts: nil, floats: nil,
      floatStart: form.floatStart, doubles: nil, rounding: form.rounding, policy: form.policy,
      bits: form.bits, isSigned: form.isSigned, rectifies: form.rectifies, thresholds: nil,
      thresholdStride: Int64(mantissas.count), thresholdCount: form.thresholdCount, codes: nil)
    corrections.withUnsafeBufferPointer { corrections in
      mantissas.withUnsafeBufferPointer { mantissas in
        shifts.withUnsafeBufferPointer { shifts in
          floats.withUnsafeBufferPointer { floats in
            doubles.withUnsafeBufferPointer { doubles in
              thresholds.withUnsafeBufferPointer { thresholds in
                bytes.withUnsafeBufferPointer { bytes in
                  form.corrections = corrections.baseAddress
                  form.mantissas = mantissas.baseAddress
                  form.shifts = shifts.baseAddress
                  form.floats = floats.baseAddress
                  form.doubles = doubles.baseAddress
                  form.thresholds = thresholds.baseAddress
                  form.codes = bytes.isEmpty ? nil : bytes.baseAddress
                  body(&form)
                }
              }
            }
          }
        }
      }
    }
  }
}
