/// The FNV-1a checksum of the low bytes of codes, as the recording scripts computed it.
func checksum(_ codes: [Int32]) -> UInt64 {
  codes.reduce(0xcbf2_9ce4_8422_2325) { hash, code in
    (hash ^ UInt64(UInt8(truncatingIfNeeded: code))) &* 0x100_0000_01b3
  }
}
