"""Run every check, the quick ones first, and say at the end which failed.

`python3 run.py test` calls this in the environment that it has set up. What is looked for and
not there (a browser, PostgreSQL, Node) is installed where that can be done; otherwise it is a
failure in continuous integration (CI=true) and a reported gap elsewhere.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from fixtures.chromium import find_chromium

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "web"
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
NO_TESTS_COLLECTED = 5
MOST_WORKERS = 8


@dataclass(frozen=True)
class Check:
    """One command; the names of all checks are what --only takes."""

    name: str
    command: tuple[str, ...]
    folder: Path = ROOT
    environment: dict[str, str] = field(default_factory=dict)
    may_be_empty: bool = False


@dataclass(frozen=True)
class Result:
    """How a check ended."""

    name: str
    passed: bool
    seconds: float


def main(arguments: list[str]) -> int:
    """Run the checks that were asked for; return 0 if all passed."""
    own, extra = _split(arguments)
    options = _parser().parse_args(own)
    began = time.monotonic()
    # The tests start hundreds of processes: without kept bytecode each compiles the sources anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # Started in the background, this would leave Ctrl+C ignored in every test that presses it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    gaps = [] if options.only else _install_what_tests_need()
    quick, slow, tests = _checks(extra, nightly=options.nightly)
    wanted = set(options.only or [check.name for check in (*quick, *slow, *tests)])
    results = [_run(check) for check in quick if check.name in wanted]
    results += _run_side_by_side([check for check in slow if check.name in wanted])
    results += [_run(check) for check in tests if check.name in wanted]
    return _report(results, gaps, time.monotonic() - began)


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    at = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:at], arguments[at + 1 :]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "run.py test", description=__doc__, epilog="Whatever follows -- goes to pytest."
    )
    parser.add_argument("--nightly", action="store_true", help="add the long tests")
    names = ("format", "lint", "imports", "types", "web", "tests", "browser")
    parser.add_argument("--only", action="append", choices=names, help="may be repeated")
    return parser


def _checks(
    extra: list[str], *, nightly: bool
) -> tuple[tuple[Check, ...], tuple[Check, ...], tuple[Check, ...]]:
    """Return the checks that take seconds, those that take longer, and the tests."""
    python = (sys.executable, "-m")
    scripts = Path(sys.executable).parent
    quick = (
        Check("format", (*python, "ruff", "format", "--check", ".")),
        Check("lint", (*python, "ruff", "check", ".")),
        Check("imports", (str(scripts / "lint-imports"), "--no-cache")),
    )
    npm = shutil.which("npm")
    # A fresh clone has no use for a cache that it will not read again.
    types = Check("types", (*python, "mypy", *(("--cache-dir", os.devnull) if IN_CI else ())))
    web = Check("web", (npm, "run", "check"), WEB) if npm and _has_web() else None
    return quick, (types, web) if web else (types,), _pytests(extra, nightly=nightly)


def _pytests(extra: list[str], *, nightly: bool) -> tuple[Check, ...]:
    workers = max(1, min(_cores(), MOST_WORKERS))
    # Each worker computes with its share of the cores; more only get in each other's way.
    threads = str(max(1, _cores() // workers))
    share = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads)
    share |= {"SIGHTLINE_NIGHTLY": "1"} if nightly else {}
    pytest = (sys.executable, "-m", "pytest", "-q", "--durations=10", *extra)
    browser = (*pytest, *(() if extra else ("tests/e2e",)))
    also = "" if nightly else " and not nightly"
    some = bool(extra)
    return (
        Check(
            "tests",
            (*pytest, "-n", str(workers), "--dist=worksteal", "-m", f"not browser{also}"),
            environment=share,
            may_be_empty=some,
        ),
        Check(
            "browser",
            # Half of the time a browser test waits, for a job or the page: one more at a time.
            (*browser, "-n", str(workers + 1), "--dist=worksteal", "-m", f"browser{also}"),
            environment=share,
            may_be_empty=some,
        ),
    )


def _run(check: Check) -> Result:
    _say(f"\n== {check.name}: {_shown(check)}")
    began = time.monotonic()
    code = subprocess.run(
        check.command, cwd=check.folder, env=os.environ | check.environment, check=False
    ).returncode
    return _ended(check, code, began)


def _run_side_by_side(checks: list[Check]) -> list[Result]:
    """Run checks that use one core each at the same time, and print each one's output whole."""

    def run(check: Check) -> Result:
        began = time.monotonic()
        done = subprocess.run(
            check.command,
            cwd=check.folder,
            env=os.environ | check.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        _say(f"\n== {check.name}: {_shown(check)}\n{done.stdout.rstrip()}")
        return _ended(check, done.returncode, began)

    with ThreadPoolExecutor(max(1, min(len(checks), _cores()))) as pool:
        return list(pool.map(run, checks))


def _ended(check: Check, code: int, began: float) -> Result:
    passed = code == 0 or (check.may_be_empty and code == NO_TESTS_COLLECTED)
    seconds = time.monotonic() - began
    _say(f"-- {check.name} {'passed' if passed else 'FAILED'} in {seconds:.1f} s")
    return Result(check.name, passed, seconds)


def _report(results: list[Result], gaps: list[str], seconds: float) -> int:
    _say("\n== summary")
    for result in results:
        _say(f"{'passed' if result.passed else 'FAILED'}  {result.seconds:6.1f} s  {result.name}")
    for gap in gaps:
        _say(f"{'FAILED' if IN_CI else 'gap   '}            {gap}")
    failed = [result.name for result in results if not result.passed]
    bad = len(failed) + (len(gaps) if IN_CI else 0)
    _say(f"{len(results) - len(failed)} checks passed, {bad} failed, in {seconds:.0f} s")
    return 1 if bad else 0


def _install_what_tests_need() -> list[str]:
    """Install a browser, PostgreSQL and the page's packages; return what is still missing."""
    gaps = []
    if find_chromium() is None and not _install_chromium():
        gaps.append("no Chromium: install one, or set SIGHTLINE_CHROMIUM to its path")
    if not _has_postgres() and not _install_postgres():
        gaps.append("no PostgreSQL: install it (initdb, postgres, pg_ctl) for the store's tests")
    if _has_web() and not _install_web_packages():
        gaps.append("no Node 20.19 or newer: the page is neither built nor tested")
    return gaps


def _install_chromium() -> bool:
    _say("== installing Chromium for the browser tests")
    if _is_root() and _distribution() == "debian":
        _apt_install("chromium")
    else:
        deps = ["--with-deps"] if _is_root() else []
        _call([sys.executable, "-m", "playwright", "install", *deps, "chromium"])
    return find_chromium() is not None


def _install_postgres() -> bool:
    if _is_root() and shutil.which("apt-get"):
        _say("== installing PostgreSQL for the store's tests")
        _apt_install("postgresql")
    return _has_postgres()


def _has_postgres() -> bool:
    if sys.platform == "win32":
        return False
    from fixtures.postgres import find_postgres

    return find_postgres() is not None


def _install_web_packages() -> bool:
    npm = shutil.which("npm")
    if npm is None:
        return False
    if (WEB / "node_modules/.package-lock.json").is_file():
        return True
    return _call([npm, "ci", "--include=dev", "--no-audit", "--no-fund"], WEB)


def _has_web() -> bool:
    return (WEB / "package.json").is_file()


def _apt_install(package: str) -> bool:
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    _call(["apt-get", "update", "-qq"], environment=quiet)
    install = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", package]
    return _call(install, environment=quiet)


def _call(
    command: list[str], folder: Path = ROOT, environment: dict[str, str] | None = None
) -> bool:
    try:
        return subprocess.run(command, cwd=folder, env=environment, check=False).returncode == 0
    except OSError as error:
        _say(f"{command[0]}: {error}")
        return False


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release().get("ID", "")
    except OSError:
        return ""


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _shown(check: Check) -> str:
    names = [Path(check.command[0]).name, *check.command[1:]]
    return " ".join(f"'{name}'" if " " in name else name for name in names)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
