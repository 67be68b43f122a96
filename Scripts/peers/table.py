"""The rows of the performance report."""
import dataclasses


@dataclasses.dataclass
class Row:
    """One comparison: what was done, what is asked for, what came out."""

    work: str
    bar: str
    peer: str
    command: str
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    ours: str = ""
    theirs: str = ""
    note: str = ""

    @classmethod
    def of(cls, result, unit, amount, **fields):
        """A row of a paired measurement; `amount` of `unit` is done in one repetition."""
        rates = [f"{rate(amount / result[side])} {unit}" for side in ("ours", "theirs")]
        return cls(ratio=result["ratio"], low=result["low"], high=result["high"], ours=rates[0],
                   theirs=rates[1], **fields)

    def cells(self):
        spread = "" if self.low is None else f"{number(self.low)} .. {number(self.high)}"
        return [self.work, self.bar, "–" if self.ratio is None else f"{number(self.ratio)}x", spread,
                self.ours, self.theirs, self.peer, f"`{self.command}`", self.note]


HEAD = ["work", "bar", "ratio", "spread", "ours", "theirs", "peer", "command", "note"]


def number(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}" if abs(value) >= 10 else f"{value:.2f}"


def rate(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def markdown(rows):
    lines = ["| " + " | ".join(HEAD) + " |", "|---|---|--:|--:|--:|--:|---|---|---|"]
    return "\n".join(lines + ["| " + " | ".join(row.cells()) + " |" for row in rows])
