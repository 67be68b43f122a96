import Mappings

extension NVDLAWorkbook {
  /// A sheet of the workbook.
  struct Network {
    var name: String
    /// The column of its published frames a second.
    var column: String
    var layers: [Layer]
    /// The images that fully connected layers take at once.
    var batch = 16
    /// Whether Winograd weights count as 9 rather than 16.
    var hasPlainWeights = true
  }

  /// The networks of the workbook.
  static func networks(_ data: ValidationData) throws -> [Network] {
    let alexNet = try data.table("tables/nvdla_perf_model_alexnet_layers.csv").map { try Layer($0) }
    return [
      Network(
        name: "AlexNet, fc of 1", column: "spreadsheet_alexnet_fps_fcbatch1", layers: alexNet,
        batch: 1, hasPlainWeights: false),
      Network(
        name: "AlexNet, fc of 16", column: "spreadsheet_alexnet_fps_fcbatch16", layers: alexNet,
        hasPlainWeights: false),
      Network(name: "ResNet-50", column: "spreadsheet_resnet50_fps", layers: resNet50),
      Network(name: "GoogLeNet", column: "spreadsheet_googlenet_fps", layers: googLeNet),
    ]
  }

  private static func layer(
    _ channels: Int, _ size: Int, _ kernels: Int, _ kernel: Int = 1, stride: Int = 1,
    pooled: Int? = nil, kind: LayerWork.Kind = .products
  ) -> Layer {
    Layer(
      kind: kind, channels: channels, height: size, width: size, kernels: kernels, kernel: kernel,
      stride: stride, pooled: pooled)
  }

  /// A pool that no convolution takes along.
  private static func pool(_ channels: Int, _ size: Int) -> Layer {
    layer(channels, size, channels, 3, stride: 2, kind: .pool)
  }

  /// He et al., CVPR 2016, Table 1, with the strides of the Caffe model.
  private static var resNet50: [Layer] {
    var layers = [layer(3, 224, 64, 7, stride: 2), pool(64, 112)]
    var (channels, size) = (64, 56)
    for (blocks, width, first) in [(3, 64, 1), (4, 128, 2), (6, 256, 2), (3, 512, 2)] {
      for block in 0..<blocks {
        let stride = block == 0 ? first : 1
        if block == 0 { layers.append(layer(channels, size, 4 * width, stride: stride)) }
        layers.append(layer(channels, size, width, stride: stride))
        size /= stride
        channels = 4 * width
        layers.append(layer(width, size, width, 3))
        layers.append(layer(width, size, channels))
        layers.append(layer(channels, size, channels, kind: .elementwise(inputCount: 2)))
      }
    }
    return layers + [layer(2048, 1, 1000)]
  }

  /// Szegedy et al., CVPR 2015, Table 1; a module's 1x1 layer and reductions read its input together.
  private static var googLeNet: [Layer] {
    var layers = [
      layer(3, 224, 64, 7, stride: 2, pooled: 56 * 56), layer(64, 56, 64),
      layer(64, 56, 192, 3, pooled: 28 * 28),
    ]
    // Input channels, size, 1x1, 3x3 reduction, 3x3, 5x5 reduction, 5x5, projection.
    let modules = [
      (192, 28, 64, 96, 128, 16, 32, 32), (256, 28, 128, 128, 192, 32, 96, 64),
      (480, 14, 192, 96, 208, 16, 48, 64), (512, 14, 160, 112, 224, 24, 64, 64),
      (512, 14, 128, 128, 256, 24, 64, 64), (512, 14, 112, 144, 288, 32, 64, 64),
      (528, 14, 256, 160, 320, 32, 128, 128), (832, 7, 256, 160, 320, 32, 128, 128),
      (832, 7, 384, 192, 384, 48, 128, 128),
    ]
    for (channels, size, one, reduce3, three, reduce5, five, projection) in modules {
      layers.append(layer(channels, size, one + reduce3 + reduce5))
      layers.append(layer(reduce3, size, three, 3))
      layers.append(layer(reduce5, size, five, 5))
      layers.append(layer(channels, size, projection))
    }
    return layers + [pool(480, 28), pool(832, 14), layer(1024, 1, 1000)]
  }
}
