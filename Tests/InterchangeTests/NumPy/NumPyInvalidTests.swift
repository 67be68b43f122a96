import Foundation
import Interchange
import Testing

@Suite struct NumPyInvalidTests {
  @Test(
    "a wrong header is refused in one exact line",
    arguments: [
      (
        "{'descr': '|O', 'fortran_order': False, 'shape': (2,)}",
        "x.npy: has elements of type '|O', only bool, int, uint and float of up to 64 bits are read; convert with numpy.astype"
      ),
      (
        "{'descr': '|u4', 'fortran_order': False, 'shape': (2,)}",
        "x.npy: has elements of type '|u4', only bool, int, uint and float of up to 64 bits are read; convert with numpy.astype"
      ),
      (
        "{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (2,)}",
        "x.npy: has elements of type 'record', only bool, int, uint and float of up to 64 bits are read; convert with numpy.astype"
      ),
      (
        "{'descr': '<u1', 'fortran_order': False, 'shape': (3,)}",
        "x.npy: announces 3 bytes of elements but 2 follow the header; the file is damaged or incomplete, copy it again"
      ),
      (
        "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
        "x.npy: announces more elements than memory can hold; the header is damaged, save it again"
      ),
      (
        "{'descr': '<u1', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296, 2)}",
        "x.npy: announces more elements than memory can hold; the header is damaged, save it again"
      ),
      (
        "{'descr': '<u1', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "x.npy: announces more elements than memory can hold; the header is damaged, save it again"
      ),
      (
        "{'descr': '<u1', 'fortran_order': False, 'shape': (-2,)}",
        "x.npy: has a malformed .npy header: 'shape' is not a tuple of whole numbers; write it with numpy.save"
      ),
      (
        "{'descr': '<u1', 'fortran_order': 0, 'shape': (2,)}",
        "x.npy: has a malformed .npy header: 'fortran_order' is neither True nor False; write it with numpy.save"
      ),
      (
        "{'descr': '<u1', 'shape': (2,)}",
        "x.npy: has a malformed .npy header: the key 'fortran_order' is missing; write it with numpy.save"
      ),
      (
        "{'descr': '<u1', 'descr': '<u1', 'fortran_order': False, 'shape': (2,)}",
        "x.npy: has a malformed .npy header: the key 'descr' comes twice; write it with numpy.save"
      ),
      (
        "{'descr': '<u1', 'fortran_order': False, 'shape': (2,), 'x': __import__('os')}",
        "x.npy: has a malformed .npy header: the key 'x' is none of descr, fortran_order, shape; write it with numpy.save"
      ),
      (
        "{'descr': '<u1', 'fortran_order': False, 'shape': (2,)}; 1",
        "x.npy: has a malformed .npy header: text follows the dictionary; write it with numpy.save"
      ),
      (
        "__import__('os').system('true')",
        "x.npy: has a malformed .npy header: '{' was expected at byte 0; write it with numpy.save"
      ),
      (
        "{'descr': '<u\u{1B}[31m1', 'fortran_order': False, 'shape': (2,)}",
        "x.npy: has elements of type '<u?[31m1', only bool, int, uint and float of up to 64 bits are read; convert with numpy.astype"
      ),
    ])
  func headers(dictionary: String, message: String) {
    #expect(NumPyFixture.message(NumPyFixture.image(dictionary, [1, 2])) == message)
  }

  @Test("files that are not arrays are refused")
  func otherFiles() {
    let message = NumPyFixture.message
    #expect(message([], nil)?.contains("is empty") == true)
    #expect(message(Array("hello".utf8), nil)?.contains("neither .npy nor .npz") == true)
    #expect(message(Array("\u{1}NUMPY".utf8), nil)?.contains("neither .npy nor .npz") == true)
    let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    #expect(message(magic + [9, 0, 4, 0], nil)?.contains("has .npy version 9") == true)
    #expect(
      message(magic + [2, 0, 255, 255, 255, 127], nil)?.contains("of 2147483647 bytes") == true)
    let image = NumPyFixture.image("{'descr': '<u1', 'fortran_order': False, 'shape': (1,)}", [1])
    #expect(message(image, "a")?.contains("has no member 'a'") == true)
    let deep =
      "{'descr': '<u1', 'fortran_order': False, 'shape': ("
      + String(repeating: "1,", count: 65) + ")}"
    #expect(message(NumPyFixture.image(deep, [1]), nil)?.contains("has 65 axes") == true)
  }

  @Test("paths that cannot be read are refused")
  func paths() {
    func message(_ path: String) -> String? {
      do {
        _ = try NumPyFile.array(at: path)
        return nil
      } catch {
        return error.description
      }
    }
    #expect(message("/nowhere/x.npy")?.contains("cannot open the file: No such file") == true)
    #expect(message("/nowhere/x.npz:y")?.contains("cannot open the file: No such file") == true)
    #expect(message("/")?.contains("is not a regular file") == true)
    #expect(message("/dev/zero")?.contains("is not a regular file") == true)
    for name in ["complex.npy", "record.npy", "text.npy", "object.npy"] {
      #expect(message(NumPyFixture.path(name))?.contains("has elements of type") == true)
    }
    let stored = NumPyFixture.path("stored.npz")
    #expect(
      message(stored)?.contains("holds 24 arrays; name one as FILE:NAME, from little_b1") == true)
    #expect(message(stored + ":no")?.contains("has no array 'no'; it holds little_b1,") == true)
    let bzip2 = message(NumPyFixture.path("bzip2.npz"))
    #expect(bzip2?.contains("compression method 12, which is not supported") == true)
  }

  @Test(
    "every prefix of a file is refused in one line",
    arguments: [
      "version1.npy", "version2.npy", "version3.npy", "scalar.npy", "single.npz", "zeros.npz",
    ])
  func prefixes(name: String) throws {
    let bytes = try NumPyFixture.bytes(name)
    for count in 0..<bytes.count {
      let message = NumPyFixture.message(Array(bytes.prefix(count)), member: nil)
      #expect(message?.contains("\n") == false, "prefix of \(count) bytes")
    }
    #expect(NumPyFixture.message(bytes + [0]) != nil)
  }

  @Test("an archive of many members that is cut off anywhere is refused")
  func cutArchive() throws {
    let bytes = try NumPyFixture.bytes("stored.npz")
    for count in stride(from: bytes.count - 1, to: 0, by: -97) {
      #expect(NumPyFixture.message(Array(bytes.prefix(count)), member: "little_b1") != nil)
    }
  }

  @Test(
    "a flipped byte is refused or read as another array, never a crash",
    arguments: [
      "version1.npy", "version2.npy", "fortran.npy", "single.npz",
    ])
  func flips(name: String) throws {
    var bytes = try NumPyFixture.bytes(name)
    let original = try NumPyFile.array(bytes: bytes, name: name)
    let content = original.integers(0..<original.count)
    for position in bytes.indices {
      for mask: UInt8 in [0x01, 0x10, 0x80, 0xFF] {
        bytes[position] ^= mask
        defer { bytes[position] ^= mask }
        do {
          let array = try NumPyFile.array(bytes: bytes, name: name)
          // A checksum guards the content of archives; only names and dates may differ.
          if name.hasSuffix(".npz") { #expect(array.integers(0..<array.count) == content) }
        } catch {
          #expect(!error.description.contains("\n"))
        }
      }
    }
  }

  @Test("an archive that announces a huge member is refused before anything is allocated")
  func bomb() throws {
    var bytes = try NumPyFixture.bytes("single.npz")
    let directory = try #require(
      (0..<(bytes.count - 4)).first { bytes[$0...].starts(with: [0x50, 0x4B, 1, 2]) })
    for (offset, byte): (Int, UInt8) in [(24, 0xF0), (25, 0xFF), (26, 0xFF), (27, 0xFF)] {
      bytes[directory + offset] = byte
    }
    #expect(
      NumPyFixture.message(bytes)?.contains("announces 4294967280 bytes from") == true)
    for offset in 24..<28 { bytes[directory + offset] = 0xFF }
    #expect(NumPyFixture.message(bytes)?.contains("uses zip64") == true)
  }
}
