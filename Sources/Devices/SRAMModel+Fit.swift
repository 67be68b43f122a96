internal import Glibc

/// A polynomial in the logarithms of size and width, with a shift for each node.
struct SRAMFit {
  /// `coefficients[i][j]` belongs to `x^i * y^j`.
  var coefficients: [[Double]]
  /// What is added at 32 nm and at 22 nm; nothing at 45 nm.
  var at32: Double
  var at22: Double

  /// What is added at a node of 22 to 45 nm: linear in ln(node) from one fitted node to the next.
  func shift(_ technology: Int) -> Double {
    let node = log(Double(technology))
    if technology >= 32 { return at32 * (log(45) - node) / (log(45) - log(32)) }
    return at32 + (at22 - at32) * (log(32) - node) / (log(32) - log(22))
  }
}

extension SRAMModel {
  /// How far the fit is from the points that it was made of, as fractions of the figure.
  public struct Errors: Hashable, Sendable {
    /// The largest.
    public var largest: Double
    /// The root mean square.
    public var rootMeanSquare: Double
    /// The root mean square over points left out of the fit one at a time.
    public var leftOut: Double
  }

  /// The errors of a figure over the 468 points of both flavours.
  public static func errors(_ figure: Figure) -> Errors {
    switch figure {
    case .read: Errors(largest: 0.418, rootMeanSquare: 0.110, leftOut: 0.117)
    case .write: Errors(largest: 0.200, rootMeanSquare: 0.062, leftOut: 0.067)
    case .leakage: Errors(largest: 0.164, rootMeanSquare: 0.042, leftOut: 0.046)
    case .area: Errors(largest: 0.165, rootMeanSquare: 0.053, leftOut: 0.057)
    }
  }

  /// The fit of a figure: natural logarithms of pJ, mW or mm².
  static func fit(_ figure: Figure, _ flavour: Flavour) -> SRAMFit {
    switch (figure, flavour) {
    case (.read, .lowStandbyPower):
      SRAMFit(
        coefficients: [
          [2.7517, 0.5100, 0.0850],
          [1.9886, 0.3815, 0.0274],
          [-0.2036, 0.4609, 0.2698],
          [-0.0025, -0.4634, -0.1913],
        ], at32: -0.6081, at22: -1.4226)
    case (.read, .highPerformance):
      SRAMFit(
        coefficients: [
          [2.6137, 0.4440, 0.0709],
          [1.9497, 0.4787, -0.0756],
          [-0.3206, 0.5266, 0.2630],
          [-0.0122, -0.5148, -0.0857],
        ], at32: -0.6221, at22: -1.3125)
    case (.write, .lowStandbyPower):
      SRAMFit(
        coefficients: [
          [2.6721, 1.0221, 0.2337],
          [1.5534, -0.0900, 0.0049],
          [0.0839, -0.0644, -0.0650],
          [0.0257, 0.0548, 0.0452],
        ], at32: -0.6209, at22: -1.5049)
    case (.write, .highPerformance):
      SRAMFit(
        coefficients: [
          [2.4623, 1.0402, 0.2240],
          [1.4532, -0.0336, 0.0227],
          [0.0533, -0.0796, -0.0623],
          [0.0818, 0.0580, 0.0330],
        ], at32: -0.6445, at22: -1.3713)
    case (.leakage, .lowStandbyPower):
      SRAMFit(
        coefficients: [
          [-7.0145, -0.0181, 0.0199],
          [3.1499, -0.0162, -0.0180],
          [0.0986, -0.0012, -0.0191],
          [0.0321, -0.0059, 0.0408],
        ], at32: 0.5479, at22: 1.8031)
    case (.leakage, .highPerformance):
      SRAMFit(
        coefficients: [
          [2.8373, -0.0279, 0.0079],
          [3.2480, -0.0458, 0.0233],
          [0.0258, 0.0251, 0.0271],
          [0.0837, -0.0113, -0.0366],
        ], at32: -0.9193, at22: -1.8233)
    case (.area, .lowStandbyPower):
      SRAMFit(
        coefficients: [
          [-2.2434, -0.0268, 0.0069],
          [3.5130, 0.0196, -0.0558],
          [0.0573, 0.3524, 0.1790],
          [-0.1327, -0.2727, -0.1021],
        ], at32: -0.6417, at22: -1.3641)
    case (.area, .highPerformance):
      SRAMFit(
        coefficients: [
          [-2.2994, 0.0044, 0.0177],
          [3.4577, -0.0022, -0.0197],
          [0.1045, 0.3155, 0.1866],
          [-0.1006, -0.2420, -0.1384],
        ], at32: -0.6513, at22: -1.3776)
    }
  }
}
