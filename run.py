#!/usr/bin/env python3
"""Start Sightline from a checkout: python3 run.py. Needs Python 3.11 or newer, nothing else.

python3 run.py                    set up if needed, start the server, open the page
python3 run.py setup              set up and stop
python3 run.py test [--nightly]   every check; whatever follows -- goes to pytest
python3 run.py bench [NAME...]    the benchmarks
python3 run.py VERB ...           any verb of the command line, such as ingest or demo
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 (older Pythons get as far as this)
    sys.exit(f"Sightline needs Python 3.11 or newer; this is {sys.version.split()[0]}.")

import argparse
import errno
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import time
import tomllib
from pathlib import Path
from typing import Any

from hatch_build import PageError, build_page, is_current

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "sightline.json"  # what is installed; written last
UNDER_WAY = VENV / "sightline.installing"  # there while pip writes: it may have been cut short
LOG = VENV / "sightline-install.log"

EXTRAS = [
    "train", "models", "map", "search", "tables", "science", "heic", "postgresql", "explain",
    "sweep", "distributed", "tracking", "video", "openvino", "genai",
]  # fmt: skip
WHEELS = "https://download.pytorch.org/whl"
CUDA_BUILDS = [((13, 0), "cu130"), ((12, 8), "cu128"), ((12, 6), "cu126")]
"""The CUDA version that a driver must have, and the build of torch for it, newest first."""
GIB = 1 << 30

# What pip says: what the person can do.
FULL = "The disk is full: free some space and start again."
OFFLINE = "The package index cannot be reached: check network and proxy, then start again."
REMEDIES = {
    "No space left on device": FULL,
    "not enough space on the disk": FULL,
    "NewConnectionError": OFFLINE,
    "NameResolutionError": OFFLINE,
    "ProxyError": OFFLINE,
    "ConnectTimeoutError": OFFLINE,
    "Read timed out": OFFLINE,
    "CERTIFICATE_VERIFY_FAILED": "A certificate is not trusted: set PIP_CERT to the right one.",
    "No matching distribution": "A pinned package has no build for this system and Python, "
    "or the index has not got it.",
}


class SetupError(Exception):
    """Setting up failed; the message says what to do next."""


def main(argv: list[str]) -> int:
    """Set up what is missing, then do what was asked; return the exit code."""
    options, words = parse(argv)
    verb = words[0] if words else "up"
    torch = install(options.torch, with_dev=verb in {"test", "bench"})
    make_page()
    if verb == "setup":
        print(f"Ready, with torch {torch}. To start: python3 run.py")
        return 0
    if verb in {"test", "bench"}:
        os.chdir(ROOT)
        program = ["tests/checks.py"] if verb == "test" else ["-m", "benchmarks"]
        return become([*program, *words[1:]])
    where = [f"--workspace={options.workspace}"] if options.workspace else []
    if verb == "up":
        words = ["up", *server_options(options), *words[1:]]
    return become(["-m", "sightline", *where, *words])


def parse(argv: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Return run.py's own options, and the words that are for the verb."""
    parser = argparse.ArgumentParser(
        "run.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workspace", help="folder that holds everything (default: ./workspace)")
    parser.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", help="port to listen on (default: 8000)")
    parser.add_argument("--no-browser", action="store_true", help="do not open the page")
    parser.add_argument(
        "--torch",
        metavar="BUILD",
        type=torch_build,
        help="cpu, cu126, cu128, cu130 ... or auto (default): what the graphics card's driver runs",
    )
    parser.add_argument("words", nargs=argparse.REMAINDER, metavar="VERB ...")
    options, unknown = parser.parse_known_args(argv)
    if options.words[:1] == ["setup"]:  # has no options but run.py's
        options = parser.parse_args(options.words[1:], options)
        options.words = ["setup"]
    return options, [*unknown, *options.words]


def torch_build(text: str) -> str:
    """Return the name of a build of torch as PyTorch's index spells it, or auto."""
    if re.fullmatch(r"auto|cpu|xpu|cu\d+|rocm[\d.]+", text):
        return text
    raise argparse.ArgumentTypeError(f"{text!r} is no build: cpu, cu126, cu128, cu130 ...")


def server_options(options: argparse.Namespace) -> list[str]:
    """Return the options of `up` that stood before the verb."""
    words = ["--no-browser"] if options.no_browser else []
    for name in ("host", "port"):
        value = getattr(options, name)
        words += [f"--{name}={value}"] if value else []
    return words


def install(torch: str | None, *, with_dev: bool) -> str:
    """Install what is missing, in one resolver call; return the version of torch.

    Raises:
        SetupError: something is missing or failed.
    """
    have = installed()
    chosen = torch or have.get("build") or "auto"
    build = detect_build() if chosen == "auto" else chosen
    extras = EXTRAS + (["dev"] if with_dev or "dev" in have.get("extras", []) else [])
    want = {"inputs": hash_of_inputs(), "build": build, "extras": extras}
    if want.items() <= have.items():
        return str(have["torch"])
    began = time.monotonic()
    make_venv(12 * GIB if build.startswith("cu") else 3 * GIB)
    STAMP.unlink(missing_ok=True)
    say(f"Installing the pinned packages ({', '.join(extras)}; torch for {build}) ...")
    call_pip(["install", "-c", "constraints.txt", "-e", f".[{','.join(extras)}]", *wheels(build)])
    ask = "import importlib.metadata as m; print(m.version('torch'))"
    version = subprocess.check_output([PYTHON, "-c", ask], text=True).strip()
    STAMP.write_text(json.dumps({**want, "torch": version}, indent=1))
    UNDER_WAY.unlink()
    say(f"Installed in {time.monotonic() - began:.0f} s.")
    return version


def detect_build() -> str:
    """Return the newest build of torch that the NVIDIA driver here runs; cpu without one."""
    program = shutil.which("nvidia-smi")
    if program is None or sys.platform == "darwin":
        return "cpu"
    try:
        said = subprocess.run(
            [program], capture_output=True, text=True, errors="replace", timeout=20, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        said = ""
    found = re.search(r"CUDA Version:\s*(\d+)\.(\d+)", said)
    driver = (int(found[1]), int(found[2])) if found else (0, 0)
    build = next((name for needs, name in CUDA_BUILDS if driver >= needs), "cpu")
    if build == "cpu":
        say("A graphics card is there, but its driver is too old or silent: torch for cpu is used.")
    return build


def installed() -> dict[str, Any]:
    """Return what the last finished installation noted, or nothing."""
    if not PYTHON.exists() or UNDER_WAY.exists():
        return {}
    try:
        noted: dict[str, Any] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return noted


def hash_of_inputs() -> str:
    """Return a hash over all that decides what gets installed, and where."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pins = (ROOT / "constraints.txt").read_text("utf-8")
    return hashlib.sha256(json.dumps([project, pins, str(ROOT)]).encode()).hexdigest()


def make_venv(needed_bytes: int) -> None:
    """Make .venv; one that is broken, or was being filled when it was cut short, is made anew."""
    if UNDER_WAY.exists():
        refuse_a_second_installation()
        say("The last installation was cut short: starting it afresh.")
        shutil.rmtree(VENV)
    ready = PYTHON.exists() and succeeds([PYTHON, "-m", "pip", "--version"])
    if not ready:
        free = shutil.disk_usage(ROOT).free
        if free < needed_bytes:
            need = f"{needed_bytes / GIB:.0f} GB are needed, {free / GIB:.1f} GB are free"
            raise SetupError(f"There is too little space on the disk: {need}.")
        if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
            package = f"python3.{sys.version_info.minor}-venv"
            raise SetupError(f"This Python lacks venv or pip: apt install {package}, start again.")
    VENV.mkdir(exist_ok=True)
    UNDER_WAY.write_text(str(os.getpid()))
    if not ready:
        say(f"Making {VENV} ...")
        if not succeeds([sys.executable, "-m", "venv", VENV]):
            raise SetupError(f"`{sys.executable} -m venv {VENV}` failed: run it to see why.")


def refuse_a_second_installation() -> None:
    """Raise SetupError if the process that is filling .venv is still at it."""
    noted = UNDER_WAY.read_text()
    if os.name == "nt" or not noted.isdigit():  # Windows has no harmless way to ask
        return
    try:
        os.kill(int(noted), 0)
    except OSError:
        return
    raise SetupError(f"Process {noted} is installing: wait for it. If it hangs, delete {VENV}.")


def wheels(build: str) -> list[str]:
    """Return the arguments that choose the build of torch and torchvision.

    An index or find-links that pip is configured with wins: then nothing is named here, and the
    pinned version is taken from there.
    """
    said = subprocess.check_output([PYTHON, "-m", "pip", "config", "list"], text=True)
    if re.search(r"\.(index-url|extra-index-url|find-links|no-index)=", said):
        return []
    pins = re.findall(
        r"^(torch|torchvision)==([\d.]+)", (ROOT / "constraints.txt").read_text(), re.M
    )
    local = "" if sys.platform == "darwin" else f"+{build}"
    exact = [f"{name}=={version}{local}" for name, version in pins]
    return [*exact, "--extra-index-url", f"{WHEELS}/{build}"]


def call_pip(arguments: list[str]) -> None:
    """Run pip, showing what it is at; its whole output goes to the log.

    Raises:
        SetupError: pip failed; the message has its last lines and, if known, the remedy.
    """
    quiet = ["--no-input", "--disable-pip-version-check", "--only-binary=:all:"]
    pip = subprocess.Popen(
        [str(PYTHON), "-m", "pip", *arguments, *quiet],
        cwd=ROOT,
        env=os.environ | {"SIGHTLINE_SKIP_PAGE": "1", "PIP_USER": "0", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    lines: list[str] = []
    with pip, LOG.open("w", buffering=1, encoding="utf-8") as log:
        for line in pip.stdout or ():
            log.write(line)
            lines.append(line)
            show(line.strip())
    show("")
    if pip.returncode == 0:
        return
    if not any(line.startswith("Installing collected packages") for line in lines):
        UNDER_WAY.unlink()  # nothing was written: what is there is whole
    said = "".join(lines)
    remedy = next((REMEDIES[sign] for sign in REMEDIES if sign in said), "")
    faults = [line for line in lines if "ERROR:" in line][-4:] or lines[-8:]
    raise SetupError(f"{''.join(faults)}pip failed. {remedy}\nIts whole log: {LOG}")


def say(text: str) -> None:
    """Tell the person; standard output belongs to the verbs."""
    print(text, file=sys.stderr, flush=True)


def show(text: str) -> None:
    """Show the present step on one line of a terminal; elsewhere stay silent."""
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns - 1
        print(f"\r{text[:width]:<{width}}\r", end="", file=sys.stderr, flush=True)


def make_page() -> None:
    """Build the page if its sources changed; without Node, say so and go on."""
    if not (ROOT / "web/package.json").is_file() or is_current(ROOT):
        return
    say("Building the page ...")
    try:
        build_page(ROOT)
    except PageError as error:
        say(f"Warning: the page is not built, the server starts without it: {error}")


def succeeds(command: list[Any]) -> bool:
    """Return whether a command exits with 0; what it prints is not shown."""
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def become(arguments: list[str]) -> int:
    """Replace this process by the environment's Python; on Windows, wait for it."""
    sys.stdout.flush()
    command = [str(PYTHON), *arguments]
    if os.name != "nt":
        os.execv(command[0], command)
    with subprocess.Popen(command) as child:
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:  # the child got it too, and ends in its own time
                continue


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("\nStopped. The next start does what is left.")
        sys.exit(130)
    except SetupError as problem:
        sys.exit(str(problem))
    except OSError as problem:
        sys.exit(FULL if problem.errno == errno.ENOSPC else f"{problem}: cannot set up {VENV}.")
