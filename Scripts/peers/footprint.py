"""What a run of the tool needs: peak memory against the network's own size, and the time to start."""
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

from networks import prepared
from ours import SHARED, TOOL
from table import Row

NAME = "footprint"
# Network, images.
NETWORKS = [("ResNet-8", 1000), ("mobilenet-v1", 50)]
STARTS = [["--help"], ["devices", "list"], ["simulate", "digits", "--samples", "1", "--threads", "1"]]


def peak(*arguments):
    """The most memory that the tool holds at a time, in bytes, and whether it succeeded."""
    process = subprocess.Popen([TOOL, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        raise RuntimeError(f"widthwise {' '.join(map(str, arguments))} failed")
    return usage.ru_maxrss * 1024


def start(arguments, times=20):
    seconds = []
    for _ in range(times):
        before = time.perf_counter()
        subprocess.run([TOOL, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        seconds.append(time.perf_counter() - before)
    return sorted(seconds)


def rows(ours, pairs, wanted=""):
    command = "Scripts/peers/run.py --only footprint"
    for name, images in NETWORKS:
        if wanted and wanted not in name:
            continue
        if name == "ResNet-8" and not SHARED.exists():
            yield Row(f"peak memory, {name}", "", "", command, note="skipped: ../shared is not there")
            continue
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch)
            _, _, path = prepared(folder, name, images)
            size = ours.prepare(name, "network", network=path, samples=1, statistics="fast")
            limit = 3 * (size["weightBytes"] + size["liveBytes"]) + 30e6
            for statistics_kind in ("fast", "full"):
                used = peak("simulate", path, "--threads", "1", "--statistics", statistics_kind)
                yield Row(
                    f"peak memory, {name}, {images} images, {statistics_kind} statistics",
                    f"<= {limit / 1e6:.1f} MB", "–", command, ratio=limit / used,
                    ours=f"{used / 1e6:.1f} MB",
                    note=f"ratio: the bar, 3 x ({size['weightBytes'] / 1e6:.2f} MB of weights + "
                         f"{size['liveBytes'] / 1e6:.2f} MB of largest live activations) + 30 MB, over what was used; 1 is asked")
    for arguments in STARTS:
        if wanted and wanted not in "start":
            continue
        seconds = start(arguments)
        median = statistics.median(seconds)
        yield Row(
            f"start: widthwise {' '.join(arguments)}", "< 50 ms", "–", command, ratio=0.05 / median,
            low=0.05 / seconds[-1], high=0.05 / seconds[0], ours=f"{median * 1e3:.1f} ms",
            note="ratio: the bar over the time; 1 is asked")
