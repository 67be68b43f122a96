/// The sums of the channels of a value over calibration samples.
///
/// - Exactness: in fixed point of 2^-k with k so large that no sum overflows, at most 40 bits below the largest
///   magnitude: sums are the same in any order, so that they do not depend on threads.
public struct ChannelMeans: Hashable, Sendable {
  private var sums: [Int]
  private var places = 0
  private let scale: Double

  /// Nothing seen yet.
  ///
  /// - Parameters:
  ///   - channels: the innermost extent in storage order.
  ///   - count: the most numbers that will come.
  ///   - range: the range of the numbers; those outside are clipped to it.
  /// - Precondition: there is a channel.
  public init(channels: Int, count: Int, range: ClosedRange<Double>) {
    precondition(channels > 0, "a value has a channel")
    sums = [Int](repeating: 0, count: channels)
    let largest = max(-range.lowerBound, range.upperBound)
    let places = Int.bitWidth - max(count / channels, 1).leadingZeroBitCount
    let bits = min(40, 61 - places)
    let exponent = largest > 0 && largest.isFinite ? Int(largest.exponent) + 1 : 0
    scale = Double(sign: .plus, exponent: bits - exponent, significand: 1)
  }

  /// Takes numbers in, channels innermost; those that are not finite count as 0.
  public mutating func add(_ numbers: [Float]) {
    let scale = scale
    let limit = 0x1p40
    numbers.withUnsafeBufferPointer { numbers in
      sums.withUnsafeMutableBufferPointer { sums in
        var place = 0
        while place + sums.count <= numbers.count {
          for channel in sums.indices {
            let scaled = Double(numbers[place + channel]) * scale
            if abs(scaled) <= limit { sums[channel] &+= Int(scaled) }
          }
          place += sums.count
        }
      }
    }
    places += numbers.count / sums.count
  }

  /// Takes in what another saw.
  public mutating func merge(_ other: ChannelMeans) {
    for (channel, sum) in other.sums.enumerated() { sums[channel] &+= sum }
    places += other.places
  }

  /// The mean of each channel; 0 of nothing.
  public var means: [Double] {
    sums.map { places > 0 ? Double($0) / (scale * Double(places)) : 0 }
  }
}
