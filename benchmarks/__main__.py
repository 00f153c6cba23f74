"""Run benchmarks by name: python3 run.py bench [NAME...].

Without a name all run, one after the other, each in an interpreter of its own. A benchmark is a
module `bench_<name>.py` with `main() -> dict`, whose first docstring line states the claim; a
dict with `passed: False` makes the exit code 1.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.harness import machine

FOLDER = Path(__file__).parent


def main(arguments: list[str]) -> int:
    """List or run; return 0 if every bar holds."""
    parser = argparse.ArgumentParser("run.py bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true", help="print names and claims, run nothing")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    known = claims()
    unknown = sorted(set(options.names) - set(known))
    if unknown:
        print(f"no benchmark named {', '.join(unknown)}; known: {', '.join(known)}")
        return 2
    if options.inside:
        return run_here(options.names[0])
    if options.list:
        print("\n".join(f"{name:20} {claim}" for name, claim in known.items()))
        return 0
    return run_all(options.names or list(known), known)


def claims() -> dict[str, str]:
    """Return the claim of each benchmark by its name; nothing is imported."""
    found = {}
    for path in sorted(FOLDER.glob("bench_*.py")):
        said = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        found[path.stem.removeprefix("bench_")] = said.partition("\n")[0]
    return found


def run_all(names: list[str], known: dict[str, str]) -> int:
    """Run each in a fresh interpreter: none inherits the other's imports and caches."""
    print("  ".join(f"{key}: {value}" for key, value in machine().items()))
    missed = []
    for name in names:
        print(f"\n== {name}: {known[name]}", flush=True)
        began = time.monotonic()
        command = [sys.executable, "-m", "benchmarks", "--inside", name]
        if subprocess.run(command, cwd=FOLDER.parent, check=False).returncode:
            missed.append(name)
        print(f"-- {time.monotonic() - began:.0f} s", flush=True)
    print(f"\n{len(names) - len(missed)} of {len(names)} hold", *missed and [f"not: {missed}"])
    return 1 if missed else 0


def run_here(name: str) -> int:
    """Run one; return 1 if it says that it missed a bar."""
    figures = importlib.import_module(f"benchmarks.bench_{name}").main()
    return 0 if figures.get("passed", True) else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
