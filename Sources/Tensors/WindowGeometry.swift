/// How a two-dimensional window slides over an image: convolutions and pools.
///
/// `outputHeight = (height + padTop + padBottom - dilationY * (kernelHeight - 1) - 1) / strideY + 1`,
/// likewise the width. One-dimensional windows have height 1.
public struct WindowGeometry: Hashable, Sendable {
  /// The height of the input image in elements.
  public var height: Int
  /// The width of the input image in elements.
  public var width: Int
  /// The rows of the window.
  public var kernelHeight: Int
  /// The columns of the window.
  public var kernelWidth: Int
  /// The vertical step of the window.
  public var strideY: Int
  /// The horizontal step of the window.
  public var strideX: Int
  /// The vertical distance between taps.
  public var dilationY: Int
  /// The horizontal distance between taps.
  public var dilationX: Int
  /// Rows of padding above the image.
  public var padTop: Int
  /// Columns of padding to the left of the image.
  public var padLeft: Int
  /// Rows of padding below the image.
  public var padBottom: Int
  /// Columns of padding to the right of the image.
  public var padRight: Int
  /// The vertical distance of image rows.
  ///
  /// Above 1 rows of zeros lie between them, as a transposed convolution sees its input; `padTop` and the
  /// others may then be negative to crop.
  public var upsampleY: Int
  /// The horizontal distance of image columns.
  public var upsampleX: Int

  /// A window over an image of `height` x `width`.
  public init(
    height: Int, width: Int, kernelHeight: Int, kernelWidth: Int,
    strideY: Int = 1, strideX: Int = 1, dilationY: Int = 1, dilationX: Int = 1,
    padTop: Int = 0, padLeft: Int = 0, padBottom: Int = 0, padRight: Int = 0,
    upsampleY: Int = 1, upsampleX: Int = 1
  ) {
    self.height = height
    self.width = width
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.strideY = strideY
    self.strideX = strideX
    self.dilationY = dilationY
    self.dilationX = dilationX
    self.padTop = padTop
    self.padLeft = padLeft
    self.padBottom = padBottom
    self.padRight = padRight
    self.upsampleY = upsampleY
    self.upsampleX = upsampleX
  }

  /// The rows of the image with the rows of zeros between them: `(height - 1) * upsampleY + 1`.
  public var spreadHeight: Int { (height - 1) * upsampleY + 1 }

  /// The columns of the image with the columns of zeros between them.
  public var spreadWidth: Int { (width - 1) * upsampleX + 1 }

  /// Whether the window is that of a transposed convolution.
  public var isTransposed: Bool { upsampleY > 1 || upsampleX > 1 }

  /// The rows of the output image; zero or less when the window does not fit.
  public var outputHeight: Int {
    let room = spreadHeight + padTop + padBottom - dilationY * (kernelHeight - 1) - 1
    return room < 0 ? 0 : room / strideY + 1
  }

  /// The columns of the output image; zero when the window does not fit.
  public var outputWidth: Int {
    let room = spreadWidth + padLeft + padRight - dilationX * (kernelWidth - 1) - 1
    return room < 0 ? 0 : room / strideX + 1
  }

  /// The number of (output row, kernel row) pairs whose tap falls inside the image.
  public var validRowTaps: Int {
    Self.validTaps(
      outputHeight, kernelHeight, strideY, dilationY, padTop, spreadHeight, upsampleY)
  }

  /// The number of (output column, kernel column) pairs whose tap falls inside the image.
  public var validColumnTaps: Int {
    Self.validTaps(
      outputWidth, kernelWidth, strideX, dilationX, padLeft, spreadWidth, upsampleX)
  }

  private static func validTaps(
    _ outputs: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ pad: Int, _ extent: Int,
    _ upsample: Int
  ) -> Int {
    var taps = 0
    for output in 0..<outputs {
      for tap in 0..<kernel {
        let position = output * stride + tap * dilation - pad
        if position >= 0 && position < extent && position % upsample == 0 { taps += 1 }
      }
    }
    return taps
  }
}
