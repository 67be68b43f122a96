/// All combinations of choices: a genome has a number for each gene, below that gene's count.
public struct GenomeSpace: Hashable, Codable, Sendable {
  /// The number of choices of each gene.
  public let choices: [Int]

  /// A space of genes with so many choices each.
  ///
  /// - Precondition: there is a gene, and every gene has a choice.
  public init(choices: [Int]) {
    precondition(!choices.isEmpty && choices.allSatisfy { $0 > 0 }, "every gene has a choice")
    self.choices = choices
  }

  /// Whether a genome has every gene and only choices that exist.
  public func contains(_ genome: [Int]) -> Bool {
    genome.count == choices.count && zip(genome, choices).allSatisfy { (0..<$1).contains($0) }
  }

  /// The number of genomes, or nil if it exceeds the largest integer.
  public var size: Int? {
    var size = 1
    for count in choices {
      let (product, isTooLarge) = size.multipliedReportingOverflow(by: count)
      guard !isTooLarge else { return nil }
      size = product
    }
    return size
  }

  /// A genome, every choice equally likely.
  public func random(using source: inout RandomSource) -> [Int] {
    choices.map { source.index(below: $0) }
  }

  /// A genome with one gene changed; the genome itself if no gene has two choices.
  ///
  /// - Parameter isAdjacent: the gene moves to the next choice above or below (choices are in an order,
  ///   such as widths); otherwise to any other.
  public func neighbor(of genome: [Int], isAdjacent: Bool, using source: inout RandomSource)
    -> [Int]
  {
    let movable = choices.indices.filter { choices[$0] > 1 }
    guard !movable.isEmpty else { return genome }
    let gene = movable[source.index(below: movable.count)]
    var result = genome
    if isAdjacent {
      let isUp = source.index(below: 2) == 1
      let next = genome[gene] + (isUp ? 1 : -1)
      result[gene] = (0..<choices[gene]).contains(next) ? next : genome[gene] + (isUp ? -1 : 1)
    } else {
      let other = source.index(below: choices[gene] - 1)
      result[gene] = other < genome[gene] ? other : other + 1
    }
    return result
  }

  /// A genome that takes each gene from either parent, equally likely.
  public func crossed(_ first: [Int], _ second: [Int], using source: inout RandomSource) -> [Int] {
    zip(first, second).map { source.index(below: 2) == 0 ? $0 : $1 }
  }

  /// A genome with each gene drawn anew at a probability, half of the time next to the old choice.
  public func mutated(_ genome: [Int], rate: Double, using source: inout RandomSource) -> [Int] {
    var result = genome
    for gene in choices.indices where choices[gene] > 1 && source.uniform() < rate {
      let single = GenomeSpace(choices: [choices[gene]])
      let isAdjacent = source.index(below: 2) == 0
      result[gene] =
        single.neighbor(of: [genome[gene]], isAdjacent: isAdjacent, using: &source)[0]
    }
    return result
  }
}
