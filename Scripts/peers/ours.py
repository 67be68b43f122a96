"""Our side: `measure serve` of the Benchmarks package, kept running between repetitions."""
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
MEASURE = ROOT / "Benchmarks/.build/release/measure"
TOOL = pathlib.Path(os.environ.get("WIDTHWISE_TOOL", ROOT / ".build/release/widthwise"))


class Ours:
    """One process that prepares pieces of work and repeats them when asked."""

    def __init__(self):
        self.process = subprocess.Popen(
            [MEASURE, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        answer = json.loads(self.process.stdout.readline() or '{"error": "measure ended"}')
        if "error" in answer:
            raise RuntimeError(f"measure: {answer['error']}")
        return answer

    def prepare(self, name, kind, **source):
        """Gets a piece of work ready; the answer has its seconds, macs and items."""
        return self.ask(name=name, prepare=kind, source={k: str(v) if isinstance(v, pathlib.Path)
                                                         else v for k, v in source.items()})

    def seconds(self, name):
        """A function of the number of repetitions that gives the seconds of each."""
        return lambda repetitions: self.ask(name=name, repetitions=repetitions)["seconds"]

    def figures(self, name):
        return self.ask(name=name, repetitions=1)["figures"]

    def outputs(self, name, path):
        self.ask(name=name, repetitions=1, outputs=str(path))
        return json.loads(path.read_text())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def tool(*arguments):
    """Runs the tool and returns what it prints."""
    result = subprocess.run([TOOL, *map(str, arguments)], capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(f"widthwise {' '.join(map(str, arguments))}: {result.stderr[-500:]}")
    return result.stdout
