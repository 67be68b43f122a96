import Interchange
import Testing

/// Wrong `.tflite` files and the one line that each gives.
@Suite struct TFLiteErrorTests {
  /// The error of a file made by changing the small classifier.
  private func reason(_ change: (inout TinyTFLite) -> Void) -> String {
    var file = TinyTFLite.classifier
    change(&file)
    do throws(TFLiteError) {
      _ = try TFLiteFile.network(from: file.bytes, path: "m.tflite")
      return "no error"
    } catch {
      return error.description
    }
  }

  @Test("A file of another format is refused by its identifier")
  func identifier() {
    #expect(
      reason { $0.identifier = "TFL2" }
        == "m.tflite: is not a TensorFlow Lite file: bytes 4 to 7 must be TFL3; "
        + "convert the model with TFLite 2")
  }

  @Test("Only schema version 3 and one subgraph are read")
  func versions() {
    #expect(
      reason { $0.version = 2 }
        == "m.tflite: has schema version 2, only 3 is read; convert the model again")
    #expect(
      reason { $0.subgraphs = 2 }
        == "m.tflite: has 2 subgraphs, only one is read; remove control flow and signatures")
  }

  @Test("An unknown operator is named, and those that are supported listed")
  func unknownOperator() {
    let text = reason { $0.operators[1].code = 23 }
    #expect(
      text.hasPrefix(
        "m.tflite: operator 1: builtin operator 23 is not supported; supported are ADD, "))
    #expect(text.contains("CONV_2D") && text.contains("BATCH_MATMUL"))
  }

  @Test("Integer weights under float32 activations are a hybrid model")
  func hybrid() {
    let text = reason {
      $0.tensors[0].type = 0
      $0.tensors[0].scales = []
      $0.tensors[3].type = 0
      $0.tensors[3].scales = []
    }
    #expect(
      text == "m.tflite: tensor 1 'kernel': is int8 in a float32 layer (a hybrid model); "
        + "quantize activations too, or convert the model without optimizations")
  }

  @Test("Two inputs of activations need a constant for one of them")
  func twoInputs() {
    #expect(
      reason {
        $0.inputs = [0, 8]
        $0.tensors[8].data = nil
      }
        == "m.tflite: has 2 inputs of activations (tensor 0 'image', tensor 8 'shift'); "
        + "a network has one, make the others constants")
  }

  @Test("Shapes that do not fit are refused with the operator's place")
  func shapes() {
    #expect(
      reason { $0.tensors[3].extents = [1, 4, 4, 3] }
        == "m.tflite: operator 0 (CONV_2D): gives 1x4x5x3, but tensor 3 'conv;Relu6' is 1x4x4x3; "
        + "the file is damaged, convert the model again")
    #expect(
      reason { $0.tensors[6].data?.removeLast() }
        == "m.tflite: tensor 6 'dense': its shape needs 48 bytes, the file has 47; "
        + "it is damaged, write it again")
  }

  @Test("Scales and zero points that cannot be are refused")
  func scales() {
    #expect(
      reason { $0.tensors[4].scales = [-1] }
        == "m.tflite: tensor 4 'pool': scale -1.0; a scale must be positive and finite")
    #expect(
      reason { $0.tensors[0].zeroPoints = [300] }
        == "m.tflite: tensor 0 'image': scale 0.5 and zero point 300; a scale must be from 2^-40 "
        + "to 2^40 and a zero point a code of int8")
  }

  @Test("Many operators on the same bytes cannot fill the memory")
  func amplification() {
    var file = TinyTFLite(
      tensors: [
        .init(extents: [1, 1024]),
        .init(extents: [1024, 1024], data: [UInt8](repeating: 1, count: 1 << 20)),
      ], operators: [], outputs: [2])
    for index in 0..<100 {
      file.tensors.append(.init(extents: [1, 1024]))
      file.operators.append(
        .init(code: 9, inputs: [Int32(index == 0 ? 0 : index + 1), 1], outputs: [Int32(index + 2)]))
    }
    do throws(TFLiteError) {
      _ = try TFLiteFile.network(from: file.bytes, path: "m.tflite")
      Issue.record("a file that needs 100 times its size was read")
    } catch {
      #expect(error.reason.contains("more than 16 times the file's size"))
    }
  }
}
