internal import CKernels
internal import Networks
internal import Tensors

extension LinearPlan {
  /// Computes one sample of bytes in narrow accumulators: tiles become codes while they are in the first cache.
  ///
  /// - Shapes: codes [height, width, inputChannels], readable for `slack` bytes beyond; results
  ///   [outputHeight, outputWidth, outputChannels].
  func run(
    _ form: ByteLinear, _ narrow: NarrowForm, _ requantize: RequantizeKernel,
    _ codes: UnsafePointer<UInt8>, to results: UnsafeMutablePointer<UInt8>,
    overflow: inout LayerOverflow, workspace: inout Workspace
  ) {
    let isDirect = form.columns.isDirect
    let outputs = outputsPerChannel
    let rows = Self.rows(depth: form.depth, outputs: outputs)
    let width = form.panels * 16
    let windows = form.columns.windows
    workspace.grow(
      image: form.imageCount, columns: isDirect ? 0 : rows * form.depth,
      sums: max(Int(WW_CODES_SUMS), Int(WW_NARROW_ROWS) * width), scratch: form.scratchByteCount,
      squares: windows.map { $0.pixels + rows } ?? 0)
    var figures = ByteFigures()
    swap(&figures, &workspace.figures)
    workspace.withSquares { workspace, squares in
      workspace.withBuffers { image, tile, sums, scratch in
        let source = form.bordered(codes, image)
        let rowSquares = windows.map { windows in
          ww_square_pixels(
            source, Int64(windows.pixels), Int32(linear.inputChannels), Int32(narrow.zero), squares)
          return squares + windows.pixels
        }
        for group in 0..<form.groups {
          figures.reset(panels: form.panels)
          ww_narrow_begin(scratch, Int32(form.panels), Int64(form.depth))
          // The earliest addition is looked for before the one that is known.
          var first =
            layout.stepNumbers == nil
            ? overflow.firstOverflowedStep.map { Int64($0) } ?? Int64.max : Int64.max
          for start in stride(from: 0, to: outputs, by: rows) {
            let count = min(rows, outputs - start)
            var operands = source + start * linear.inputChannels
            if !isDirect {
              gather(form, source, group: group, start, count, to: tile)
              operands = UnsafePointer(tile)
            }
            if let rowSquares {
              windows?.sum(squares, first: start, count: count, to: rowSquares)
            }
            self.codes(
              form, narrow, requantize, operands, squares: rowSquares, group: group, rows: count,
              sums, scratch, &figures, &first,
              to: results + start * linear.outputChannels + group * form.channels)
          }
          record(figures, form, group: group, outputs, samples: 1, first, in: &overflow)
        }
      }
    }
    swap(&figures, &workspace.figures)
  }

  /// Computes the codes of one tile of one group.
  private func codes(
    _ form: ByteLinear, _ narrow: NarrowForm, _ requantize: RequantizeKernel,
    _ operands: UnsafePointer<UInt8>, squares: UnsafePointer<Int32>?, group: Int, rows: Int,
    _ sums: UnsafeMutablePointer<Int32>, _ scratch: UnsafeMutableRawPointer,
    _ figures: inout ByteFigures, _ first: inout Int64, to bytes: UnsafeMutablePointer<UInt8>
  ) {
    let rowStride = form.columns.isDirect ? linear.inputChannels : form.depth
    form.withProducts(operands, stride: rowStride, group: group, rows: rows, &figures) {
      products, starts, counts, extremes in
      var kernelFigures = ww_narrow_figures(
        counts: counts, extremes: extremes, panels: form.panels, first: first)
      requantize.withForm(from: group * form.channels) { rescaling in
        narrow.withKernel(group: group, panels: form.panels, weights: form.weights) { kernel in
          ww_narrow_codes(
            &products, &kernel, starts, squares, &rescaling, Int32(form.channels), scratch, sums,
            &kernelFigures, bytes, Int64(linear.outputChannels))
          return kernelFigures.redoneShare
        }
      }
      first = kernelFigures.first
    }
  }
}

extension ByteLinear {
  /// The bytes of scratch that narrow accumulators need.
  var scratchByteCount: Int {
    narrow == nil ? 0 : Int(ww_narrow_scratch(Int32(panels), Int64(depth)))
  }
}

extension ww_narrow_figures {
  /// Figures that are kept in counts and extremes of the channels of a group (`ByteFigures`).
  init(
    counts: UnsafeMutablePointer<Int64>, extremes: UnsafeMutablePointer<Int32>, panels: Int,
    first: Int64
  ) {
    let width = 16 * panels
    self.init()
    events = counts
    biasEvents = counts + width
    touched = counts + 2 * width
    persistent = counts + 3 * width
    netWraps = counts + 4 * width
    redone = counts + 5 * width
    stepped = counts + 5 * width + panels
    lowest = extremes
    highest = extremes + width
    self.first = first
  }

  /// The share of the blocks that were added again.
  var redoneShare: Double { Double(redoneBlocks) / Double(max(blocks, 1)) }
}

/// Which pixels of a bordered image the window of an output touches.
struct ByteWindows: Sendable {
  /// The pixels of the image.
  let pixels: Int
  private let offsets: [Int32]
  private let outputWidth: Int
  private let strideY: Int
  private let strideX: Int

  /// The windows of a layer that sees all channels of a pixel; nil where sums of squares may leave 32 bits.
  init?(_ linear: QuantizedLinear, pitch: Int, lines: Int, depth: Int) {
    guard linear.groups == 1, depth * 255 * 255 <= Int(Int32.max) else { return nil }
    let window = linear.window
    pixels = pitch * lines
    outputWidth = window.outputWidth
    strideY = window.strideY * pitch
    strideX = window.strideX
    offsets = (0..<window.kernelHeight * window.kernelWidth).map { tap in
      Int32(
        tap / window.kernelWidth * window.dilationY * pitch
          + tap % window.kernelWidth * window.dilationX)
    }
  }

  /// The sums over the windows of outputs from the first on.
  func sum(
    _ squares: UnsafePointer<Int32>, first: Int, count: Int, to sums: UnsafeMutablePointer<Int32>
  ) {
    offsets.withUnsafeBufferPointer { offsets in
      var windows = ww_windows(
        outputWidth: Int64(outputWidth), strideY: Int64(strideY), strideX: Int64(strideX),
        offsets: offsets.baseAddress, taps: Int32(offsets.count))
      ww_square_windows(&windows, squares, Int64(first), Int64(count), sums)
    }
  }
}
