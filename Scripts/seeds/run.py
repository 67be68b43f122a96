#!/usr/bin/env python3
"""Repeats the headline results of the four works that Widthwise brings together, and writes reports/seeds/.

    Scripts/seeds/run.py [--only accumulators,formats,calibration,tuner] [--data DIR] [--output DIR]

The tool must be built (`swift build -c release --product widthwise`); `make seeds` does both. The environment
variable WIDTHWISE names another binary. Searches keep a
journal below .build/seeds, so that what was stopped goes on; remove it to begin anew. Networks and samples are
not part of the project: a network that is not there is left out, and the report says so.
"""
import argparse
import datetime
import importlib
import pathlib
import sys

import tool

PARTS = ["accumulators", "formats", "calibration", "tuner"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas: " + ", ".join(PARTS))
    parser.add_argument("--data", type=pathlib.Path, default=tool.ROOT.parent / "shared/data",
                        help="the folder with workloads/ (default: ../shared/data beside the project)")
    parser.add_argument("--output", type=pathlib.Path, default=tool.ROOT / "reports/seeds")
    options = parser.parse_args()
    unknown = set(options.only.split(",")) - set(PARTS)
    if unknown:
        sys.exit(f"--only {','.join(sorted(unknown))}: write some of {', '.join(PARTS)}")
    if not tool.TOOL.exists():
        sys.exit(f"{tool.TOOL}: is not built; run swift build -c release --product widthwise")
    options.output.mkdir(parents=True, exist_ok=True)
    for part in options.only.split(","):
        text = importlib.import_module(part).report(tool.Networks(options.data))
        path = options.output / f"{part}.md"
        path.write_text(text + f"\nMade by `Scripts/seeds/run.py --only {part}` on {datetime.date.today().isoformat()}"
                        f" (commit {tool.revision()}).\n")
        print(f"{path.relative_to(tool.ROOT) if path.is_relative_to(tool.ROOT) else path}: written", flush=True)


if __name__ == "__main__":
    main()
