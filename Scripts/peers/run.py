#!/usr/bin/env python3
"""Runs other programs on the same work as ours, in turns, and writes the ratios.

    Scripts/peers/run.py [--only conv,network,...] [--case TEXT] [--pairs N] [--output FILE]

Without --output the table goes to standard output alone. Scripts/peers/setup.sh installs the other
programs in .build/peers-venv, and `make performance` runs everything.
"""
import argparse
import datetime
import importlib
import os
import pathlib
import platform
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
VENV = ROOT / ".build/peers-venv/bin/python"
# Modules of this folder, in the order of the report.
PARTS = {"conv": "convolutions", "network": "networks", "exact": "exact",
         "qonnx": "qonnx_executor", "systolic": "systolic", "mapping": "mapping", "footprint": "footprint"}


def machine():
    """What the figures depend on, without names of hosts."""
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines() if pathlib.Path("/proc/cpuinfo").exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    flags = next((line.split(":")[1].split() for line in lines if line.startswith("flags")), [])
    units = [flag for flag in ("avx2", "avx512f", "avx512_vnni", "amx_int8") if flag in flags]
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return (f"{model}, {os.cpu_count()} cores, {', '.join(units)}, {pages / 2**30:.0f} GiB; "
            f"{platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas: " + ", ".join(PARTS))
    parser.add_argument("--case", default="", help="rows whose work contains this text")
    parser.add_argument("--pairs", type=int, default=15, help="turns of each side")
    parser.add_argument("--output", type=pathlib.Path, help="the report to write")
    options = parser.parse_args()
    unknown = set(options.only.split(",")) - set(PARTS)
    if unknown:
        sys.exit(f"--only {','.join(sorted(unknown))}: write some of {', '.join(PARTS)}")
    if VENV.exists() and pathlib.Path(sys.prefix) != VENV.parents[1]:
        os.execv(VENV, [str(VENV), *sys.argv])
    from ours import Ours
    from table import HEAD, Row, markdown
    print(" | ".join(HEAD), flush=True)
    rows = []
    for part in options.only.split(","):
        ours = Ours()
        try:
            for row in importlib.import_module(PARTS[part]).rows(ours, options.pairs, options.case):
                print(" | ".join(row.cells()), flush=True)
                rows.append(row)
        except Exception as error:
            # An honest row in place of a figure: another program is missing, or could not do the work.
            rows.append(Row(part, "", "", f"Scripts/peers/run.py --only {part}", note=f"not run: {error}"))
            print(" | ".join(rows[-1].cells()), flush=True)
        finally:
            ours.close()
    if options.output:
        whole = options.only == ",".join(PARTS) and not options.case
        case = f" --case '{options.case}'" if options.case else ""
        command = "make performance" if whole else f"Scripts/peers/run.py --only {options.only}{case}"
        options.output.write_text(report(rows, markdown, command))


def revision():
    """The commit that was measured, and whether files differ from it."""
    def git(*arguments):
        return subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True).stdout.strip()
    return (git("rev-parse", "--short", "HEAD") or "unknown") + (", changed" if git("diff", "--name-only") else "")


def report(rows, markdown, command):
    return f"""# Performance beside other programs

Measured on {datetime.date.today().isoformat()} (commit {revision()}) by `{command}`: {machine()}.

Both programs did the same work in turns (A B B A …) in the same minute. A ratio is the median over the pairs of
neighbouring turns of how many times faster ours is; the spread is the smallest and the largest of them. One
thread each unless said. Input codes are ReLU-like, half of them 0; weights are random where no network is named.

{markdown(rows)}
"""


if __name__ == "__main__":
    main()
