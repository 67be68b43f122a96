internal import Arithmetic
internal import Glibc
internal import Networks
internal import Tensors

/// A layer on codes of unevenly spaced values that goes through their real numbers.
///
/// `code = clamp(nearest(real result))`.
enum NearestPlan: Sendable {
  case average(NearestAverage)
  case softmax(NearestSoftmax)

  /// Computes one sample.
  func run(_ codes: UnsafePointer<Int32>, _ results: UnsafeMutablePointer<Int32>) {
    switch self {
    case .average(let plan): plan.run(codes, results)
    case .softmax(let plan): plan.run(codes, results)
    }
  }
}

/// An average pool over images [height, width, channels] whose means are rounded to a value of the format.
///
/// `code = nearest(sum of integers * scale / count)`: the sum is exact, the product and the quotient are doubles.
struct NearestAverage: Sendable {
  let pool: Pool
  let channels: Int
  let output: ActivationQuantization
  let clamp: ClosedRange<Int>
  /// The integer of each code, lowest first, and the real number of one.
  private let integers: [Int64]
  private let lowest: Int
  private let scale: Double

  init(
    _ pool: Pool, channels: Int, input: ActivationQuantization, output: ActivationQuantization,
    layer: QuantizedLayer
  ) throws(ExecutionError) {
    self.pool = pool
    self.channels = channels
    self.output = output
    clamp = layer.clamp
    let window = pool.window
    let largest = (1 << 62) / max(1, window.kernelHeight * window.kernelWidth)
    let decoded = input.decodedIntegers ?? input.codes.map { Int64($0 - input.zeroPoint) }
    guard !input.format.hasRanks || input.decodedIntegers != nil,
      decoded.allSatisfy({ $0.magnitude <= UInt64(largest) })
    else {
      throw ExecutionError(
        layer: layer.name, reason: .unsupported("an average of \(input.format) activations"))
    }
    integers = decoded
    lowest = input.codes.lowerBound
    scale = input.integerScale
  }

  /// Computes one sample.
  func run(_ codes: UnsafePointer<Int32>, _ results: UnsafeMutablePointer<Int32>) {
    let window = pool.window
    for y in 0..<window.outputHeight {
      for x in 0..<window.outputWidth {
        for channel in 0..<channels {
          var (sum, taps) = (0, 0)
          for ky in 0..<window.kernelHeight {
            let row = y * window.strideY + ky * window.dilationY - window.padTop
            guard row >= 0 && row < window.height else { continue }
            for kx in 0..<window.kernelWidth {
              let column = x * window.strideX + kx * window.dilationX - window.padLeft
              guard column >= 0 && column < window.width else { continue }
              taps += 1
              let code = Int(codes[(row * window.width + column) * channels + channel])
              sum += Int(integers[code - lowest])
            }
          }
          let count = pool.countsPadding ? window.kernelHeight * window.kernelWidth : taps
          let code =
            count == 0 ? output.zeroPoint : output.code(Double(sum) * scale / Double(count))
          results[(y * window.outputWidth + x) * channels + channel] = Int32(
            min(max(code, clamp.lowerBound), clamp.upperBound))
        }
      }
    }
  }
}

/// Softmax of the real numbers of codes, in double: `nearest(e^(b (x - m)) / sum of e^(b (x - m)))`, m the largest.
struct NearestSoftmax: Sendable {
  /// The stored places, [outer][axis].
  let places: [Int]
  let extent: Int
  let output: ActivationQuantization
  let clamp: ClosedRange<Int>
  let beta: Double
  /// The real number of each code, lowest first.
  private let reals: [Double]
  private let lowest: Int

  init(
    layer: QuantizedLayer, beta: Double, input: ActivationQuantization,
    output: ActivationQuantization, places: [Int], extent: Int
  ) throws(ExecutionError) {
    self.places = places
    self.extent = extent
    self.output = output
    self.beta = beta
    clamp = layer.clamp
    reals = try NearestBinary.reals(input, layer.name)
    lowest = input.codes.lowerBound
  }

  /// Computes one sample.
  func run(_ codes: UnsafePointer<Int32>, _ results: UnsafeMutablePointer<Int32>) {
    for start in stride(from: 0, to: places.count, by: extent) {
      let slice = places[start..<start + extent]
      let numbers = slice.map { reals[Int(codes[$0]) - lowest] }
      let largest = numbers.max() ?? 0
      let exponentials = numbers.map { exp(beta * ($0 - largest)) }
      let sum = exponentials.reduce(0, +)
      for (place, exponential) in zip(slice, exponentials) {
        let code = output.code(exponential / sum)
        results[place] = Int32(min(max(code, clamp.lowerBound), clamp.upperBound))
      }
    }
  }
}
