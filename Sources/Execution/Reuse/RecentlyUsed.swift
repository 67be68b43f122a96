/// Entries under a limit of memory: the ones that were not used for longest make room for new ones.
struct RecentlyUsed<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Entry: Sendable {
    var value: Value
    var byteCount: Int
    var lastUse: Int
  }

  /// The most bytes that entries may take.
  let limit: Int
  /// The bytes that they take.
  private(set) var byteCount = 0
  private var entries: [Key: Entry] = [:]
  /// The present round; what was used in it stays.
  private var round = 0

  init(limit: Int) { self.limit = limit }

  /// Begins a round: from now on, what earlier rounds used may go.
  mutating func beginRound() { round += 1 }

  /// Whether there is an entry.
  func holds(_ key: Key) -> Bool { entries[key] != nil }

  /// An entry, which is used by that.
  mutating func value(_ key: Key) -> Value? {
    entries[key]?.lastUse = round
    return entries[key]?.value
  }

  /// An entry, without using it.
  func peek(_ key: Key) -> Value? { entries[key]?.value }

  /// Replaces what an entry of the same size holds.
  mutating func fill(_ key: Key, with value: Value) { entries[key]?.value = value }

  /// Makes room for a new entry; false where what this round uses leaves none.
  mutating func makeRoom(for size: Int) -> Bool {
    guard size <= limit - byteCount else {
      let old = entries.filter { $0.value.lastUse < round }
      let free = old.reduce(limit - byteCount) { $0 + $1.value.byteCount }
      guard size <= free else { return false }
      for (key, entry) in old.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
        if size <= limit - byteCount { break }
        entries[key] = nil
        byteCount -= entry.byteCount
      }
      return true
    }
    return true
  }

  /// Keeps an entry if there is room.
  mutating func keep(_ value: Value, as key: Key, byteCount size: Int) {
    guard entries[key] == nil, makeRoom(for: size) else { return }
    entries[key] = Entry(value: value, byteCount: size, lastUse: round)
    byteCount += size
  }
}
