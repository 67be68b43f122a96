"""The tool, the networks, and tables."""
import json
import math
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(os.environ.get("WIDTHWISE", ROOT / ".build/release/widthwise"))
JOURNALS = ROOT / ".build/seeds"

# The eleven networks, with the name of their workload (None: bundled) and the samples of a search.
ELEVEN = {
    "resnet8": ("resnet8", 500), "resnet20": ("resnet20", 300), "resnet32": ("resnet32", 300),
    "kws-dscnn": ("kws-dscnn", 500), "lenet": ("lenet", 1000), "squeezenet": ("squeezenet", 100),
    "mobilenet-v1": ("mobilenet-v1", 200), "streaming-wake-word": ("streaming-wake-word", 45),
    "mnist-lstm": ("mnist-lstm", 1000), "autoencoder": ("autoencoder", 200), "digits": (None, 500),
}
# Evaluated samples of the sets of 10,000; the others are used whole.
SAMPLES = {"lenet": 2000, "mnist-lstm": 2000}
# Networks without labels are held to the output's signal to noise.
UNLABELLED = {"autoencoder"}


class Refused(Exception):
    """What the tool said where it would not run."""


class Networks:
    """Where networks are."""

    def __init__(self, data):
        self.data = data

    def arguments(self, name):
        """The arguments of a network, or None where it is not there."""
        workload = ELEVEN[name][0]
        if workload is None:
            return [name]
        path = self.data / "workloads" / f"{workload}.yaml"
        if not path.exists():
            return None
        samples = ["--samples", str(SAMPLES[name])] if name in SAMPLES else []
        return [str(path), *samples]

    def path(self, *parts):
        """A file of the data, or None where it is not there."""
        path = self.data.joinpath(*parts)
        return str(path) if path.exists() else None


def run(command, *arguments):
    """What a command printed."""
    done = subprocess.run([TOOL, command, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        raise Refused((done.stderr.strip().splitlines() or ["no message"])[-1])
    return done.stdout


def simulate(*arguments):
    """The report of a run as a dictionary."""
    return json.loads(run("simulate", *arguments, "--statistics", "fast", "--format", "json"))


def tune(name, *arguments):
    """The result of a search as a dictionary; its journal is kept under a name."""
    folder = JOURNALS / name
    resume = ["--resume"] if (folder / "journal.jsonl").exists() else []
    text = run("tune", *arguments, "--output", folder, *resume, "--format", "json")
    print(f"  {name}: done", flush=True)
    return json.loads(text)


def percent(share, decimals=1):
    """A share in per cent."""
    return "–" if share is None else f"{share * 100:.{decimals}f}"


def table(titles, rows):
    """A table of Markdown; numbers stand right."""
    lines = ["| " + " | ".join(titles) + " |", "|---" + "|--:" * (len(titles) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def geometric_mean(numbers):
    """The geometric mean of numbers above 0."""
    return math.exp(sum(map(math.log, numbers)) / len(numbers)) if numbers else float("nan")


def revision():
    """The commit, and whether files differ from it."""
    def git(*arguments):
        return subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True).stdout.strip()
    return (git("rev-parse", "--short", "HEAD") or "unknown") + (", changed" if git("diff", "--name-only") else "")
