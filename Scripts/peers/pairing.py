"""Two programs on the same work in turns: A B B A ..., and the ratios of neighbouring turns."""
import statistics
import time


def timed(work):
    """A function of the number of repetitions that gives the seconds of each call of `work`."""
    def seconds(repetitions):
        result = []
        for _ in range(repetitions):
            start = time.perf_counter()
            work()
            result.append(time.perf_counter() - start)
        return result
    return seconds


def paired(ours, theirs, pairs=15, turn=0.08, warmups=2):
    """How many times faster ours is: the median of the ratios of `pairs` turns, and their range.

    `ours` and `theirs` are functions of the number of repetitions that give the seconds of each. A turn
    repeats for about `turn` seconds, once at least, and counts with its median. `warmups` repetitions of
    each come first and are not counted; without them theirs is not repeated within a turn.
    """
    counts = []
    for seconds in (ours, theirs):
        if not warmups and seconds is theirs:
            counts.append(1)
            continue
        first = min(seconds(max(warmups, 2)))
        counts.append(max(1, min(2000, round(turn / max(first, 1e-9)))))
        if counts[-1] > 1:
            seconds(counts[-1])
    mine, other = [], []
    for pair in range(pairs):
        for is_ours in ((True, False) if pair % 2 == 0 else (False, True)):
            if is_ours:
                mine.append(statistics.median(ours(counts[0])))
            else:
                other.append(statistics.median(theirs(counts[1])))
    ratios = sorted(b / a for a, b in zip(mine, other))
    return {
        "ratio": statistics.median(ratios), "low": ratios[0], "high": ratios[-1], "pairs": pairs,
        "ours": statistics.median(mine), "theirs": statistics.median(other),
    }
