import Arithmetic
import Interchange
import Quantization
import Simulation
import Testing

/// The bundled network as onnxruntime 1.31.1 computes it.
///
/// Recorded from `widthwise networks convert digits --to qdq` on the 500 test images: natively on a CPU
/// with AVX-512 VNNI, and under `qemu-x86_64 -cpu Haswell`, which has AVX2 only. All 500 outputs differ
/// between the two.
@Suite("A network on runtimes") struct RuntimeNetworkTests {
  @Test(
    "digits equals onnxruntime, all 500 outputs",
    arguments: [
      (ArithmeticPreset.ortVNNI, 0xf397_51d0_b181_b6d0 as UInt64),
      (ArithmeticPreset.ortAVX2, 0x79a3_a8e2_6237_aae3 as UInt64),
    ])
  func digits(preset: ArithmeticPreset, checksum: UInt64) async throws {
    let path = "\(repositoryRoot)/traces/digits/workload.yaml"
    let workload = try WorkloadSource(path: path).workload()
    let device = try DeviceFile.device(at: "\(repositoryRoot)/hwconfigs/edge-npu.yaml")
    var options = SimulationOptions(device: device, observation: .fast)
    options.choice.preset = preset
    let simulator = try await Simulator(workload, threads: 2)
    let codes = try simulator.inputCodes(options, count: 500)
    let execution = await (try simulator.executor(options)).run(count: 500, threads: 2) {
      codes[$0]
    }
    // FNV-1a of the low bytes of the codes.
    let found = execution.outputs.joined().reduce(0xcbf2_9ce4_8422_2325 as UInt64) { hash, code in
      (hash ^ UInt64(UInt8(truncatingIfNeeded: code))) &* 0x100_0000_01b3
    }
    #expect(execution.outputs.count == 500)
    #expect(found == checksum)
  }
}
