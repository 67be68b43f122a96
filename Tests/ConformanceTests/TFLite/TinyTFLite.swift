/// A `.tflite` file made by hand: its tensors, their constants and its operators.
struct TinyTFLite: Sendable {
  struct Tensor: Sendable {
    var extents: [Int32]
    var type: UInt8 = 9
    var scales: [Float] = [0.5]
    var zeroPoints: [Int64] = [0]
    var axis: Int32 = 0
    var data: [UInt8]?
    var name = ""
  }

  struct Operator: Sendable {
    var code: Int
    var inputs: [Int32]
    var outputs: [Int32]
    var options: [Int: FlatValue]?
  }

  var tensors: [Tensor]
  var operators: [Operator]
  var inputs: [Int32] = [0]
  var outputs: [Int32]
  var version: Int32 = 3
  var identifier = "TFL3"
  var subgraphs = 1

  /// The bytes of the file.
  var bytes: [UInt8] {
    var codes: [Int] = []
    for entry in operators where !codes.contains(entry.code) { codes.append(entry.code) }
    var buffers: [FlatValue] = [.table([:])]
    var entries: [FlatValue] = []
    for tensor in tensors {
      var buffer: Int32 = 0
      if let data = tensor.data {
        buffer = Int32(buffers.count)
        buffers.append(.table([0: .data(data)]))
      }
      var fields: [Int: FlatValue] = [
        0: .ints(tensor.extents), 1: .byte(tensor.type), 2: .int(buffer), 3: .text(tensor.name),
      ]
      if !tensor.scales.isEmpty {
        fields[4] = .table([
          2: .floats(tensor.scales), 3: .longs(tensor.zeroPoints), 6: .int(tensor.axis),
        ])
      }
      entries.append(.table(fields))
    }
    let graph = FlatValue.table([
      0: .tables(entries), 1: .ints(inputs), 2: .ints(outputs),
      3: .tables(
        operators.map { entry in
          var fields: [Int: FlatValue] = [
            0: .int(Int32(codes.firstIndex(of: entry.code) ?? 0)), 1: .ints(entry.inputs),
            2: .ints(entry.outputs),
          ]
          if let options = entry.options {
            fields[3] = .byte(1)
            fields[4] = .table(options)
          }
          return .table(fields)
        }),
    ])
    return FlatWriter.file(
      .table([
        0: .int(version),
        1: .tables(codes.map { .table([0: .byte(UInt8(min($0, 127))), 3: .int(Int32($0))]) }),
        2: .tables([FlatValue](repeating: .shared("graph", graph), count: subgraphs)),
        4: .tables(buffers),
      ]), identifier: identifier)
  }

  /// Convolution, pool, reshape, fully connected, addition of a constant, softmax.
  static let classifier = TinyTFLite(
    tensors: [
      Tensor(extents: [1, 4, 5, 2], zeroPoints: [-3], name: "image"),
      Tensor(
        extents: [3, 3, 3, 2], scales: [0.25, 0.5, 0.125], zeroPoints: [0, 0, 0],
        data: (0..<54).map { UInt8(truncatingIfNeeded: $0 * 37 - 90) }, name: "kernel"),
      Tensor(
        extents: [3], type: 2, scales: [],
        data: [10, -20, 300].flatMap { FlatValue.bytes(Int32($0)) },
        name: "bias"),
      Tensor(extents: [1, 4, 5, 3], scales: [1], zeroPoints: [-100], name: "conv;Relu6"),
      Tensor(extents: [1, 2, 2, 3], scales: [1], zeroPoints: [-100], name: "pool"),
      Tensor(extents: [1, 12], scales: [1], zeroPoints: [-100], name: "flat"),
      Tensor(
        extents: [4, 12], scales: [0.125],
        data: (0..<48).map { UInt8(truncatingIfNeeded: $0 * 91) },
        name: "dense"),
      Tensor(extents: [1, 4], scales: [8], zeroPoints: [5], name: "logits"),
      Tensor(extents: [4], scales: [2], zeroPoints: [1], data: [1, 200, 3, 4], name: "shift"),
      Tensor(extents: [1, 4], scales: [4], zeroPoints: [0], name: "sum"),
      Tensor(extents: [1, 4], scales: [1 / 256], zeroPoints: [-128], name: "shares"),
      Tensor(extents: [2], type: 2, scales: [], data: [1, 0, 0, 0, 12, 0, 0, 0], name: "shape"),
    ],
    operators: [
      Operator(
        code: 3, inputs: [0, 1, 2], outputs: [3],
        options: [0: .byte(0), 1: .int(1), 2: .int(1), 3: .byte(3)]),
      Operator(
        code: 17, inputs: [3], outputs: [4],
        options: [0: .byte(1), 1: .int(2), 2: .int(2), 3: .int(2), 4: .int(2)]),
      Operator(code: 22, inputs: [4, 11], outputs: [5]),
      Operator(code: 9, inputs: [5, 6, -1], outputs: [7], options: [0: .byte(0)]),
      Operator(code: 0, inputs: [7, 8], outputs: [9], options: [0: .byte(1)]),
      Operator(
        code: 25, inputs: [9], outputs: [10],
        options: [0: .inline(FlatValue.bytes(Float(1).bitPattern))]),
    ],
    outputs: [10])
}
