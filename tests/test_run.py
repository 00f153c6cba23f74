"""run.py as a whole, over a fake Python that notes how it is called and installs nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the fake Python is a shell script")

FAKE_PYTHON = """#!/bin/sh
echo "$@" >> "$FAKE_CALLS"
case "$*" in
"-m pip --version") exit 0 ;;
"-m pip config list") printf '%s\\n' "$FAKE_PIP_CONFIG" ;;
"-m pip install"*) eval "$FAKE_PIP_INSTALL" ;;
"-c import importlib.metadata"*) echo 2.13.0+cpu ;;
*) exit "${FAKE_EXIT:-0}" ;;
esac
"""


class Checkout:
    """A copy of what run.py needs, with a .venv whose Python is the fake."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls_file = folder / "calls.txt"
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "FAKE_CALLS": str(self.calls_file),
            "FAKE_PIP_CONFIG": "",
            "FAKE_PIP_INSTALL": "true",
        }
        for name in ("run.py", "hatch_build.py", "pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, folder)
        self.put_python()

    def put_python(self) -> None:
        python = self.folder / ".venv/bin/python"
        python.parent.mkdir(parents=True)
        python.write_text(FAKE_PYTHON)
        python.chmod(0o755)

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        self.calls_file.write_text("")
        return subprocess.run(
            [sys.executable, str(self.folder / "run.py"), *words],
            cwd=self.folder.parent,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def calls(self) -> list[str]:
        return self.calls_file.read_text().splitlines()

    @property
    def installs(self) -> list[str]:
        return [call for call in self.calls if call.startswith("-m pip install")]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    folder = tmp_path / "checkout"
    folder.mkdir()
    return Checkout(folder)


def test_first_start_installs_everything_in_one_call_and_starts_the_server(
    checkout: Checkout,
) -> None:
    done = checkout.run()
    assert done.returncode == 0, done.stderr
    assert len(checkout.installs) == 1
    text = (ROOT / "run.py").read_text("utf-8").partition("EXTRAS = [")[2].partition("]")[0]
    wanted = ",".join(re.findall(r'"(\w+)"', text))
    assert "train" in wanted
    assert f"-c constraints.txt -e .[{wanted}]" in checkout.installs[0]
    assert checkout.calls[-1] == "-m sightline up"


def test_second_start_installs_nothing(checkout: Checkout) -> None:
    checkout.run("setup")
    done = checkout.run("--port", "8001", "--no-browser")
    assert checkout.calls == ["-m sightline up --no-browser --port=8001"]
    assert (done.stdout, done.stderr) == ("", "")


def test_verbs_their_arguments_and_their_exit_code_pass_through(checkout: Checkout) -> None:
    checkout.run("setup")
    done = checkout.run("--workspace", "w", "ingest", "src", "--project", "p", "--", FAKE_EXIT="4")
    assert checkout.calls == ["-m sightline --workspace=w ingest src --project p --"]
    assert done.returncode == 4


def test_options_before_up_and_after_it_reach_the_server(checkout: Checkout) -> None:
    checkout.run("setup")
    checkout.run("--host", "0.0.0.0", "up", "--port", "8001")
    assert checkout.calls == ["-m sightline up --host=0.0.0.0 --port 8001"]


def test_test_installs_the_development_packages_and_keeps_them(checkout: Checkout) -> None:
    checkout.run("setup")
    checkout.run("test", "--nightly", "--", "-k", "x")
    assert ",dev]" in checkout.installs[0]
    assert checkout.calls[-1] == "tests/checks.py --nightly -- -k x"
    checkout.run("projects")
    assert checkout.installs == []


def test_changed_pins_install_again_and_changed_lint_rules_do_not(checkout: Checkout) -> None:
    checkout.run("setup")
    project = checkout.folder / "pyproject.toml"
    project.write_text(project.read_text().replace("line-length = 100", "line-length = 99"))
    checkout.run("setup")
    assert checkout.installs == []
    with (checkout.folder / "constraints.txt").open("a") as pins:
        pins.write("some-package==1\n")
    checkout.run("setup")
    assert len(checkout.installs) == 1


def test_torch_comes_from_pytorchs_index_where_pip_has_none_of_its_own(
    checkout: Checkout,
) -> None:
    checkout.run("setup", "--torch", "cu128")
    assert "--extra-index-url https://download.pytorch.org/whl/cu128" in checkout.installs[0]
    if sys.platform != "darwin":
        assert "torch==2.13.0+cu128" in checkout.installs[0]


@pytest.mark.parametrize(
    "configured",
    ["global.index-url='https://mirror'", ":env:.find-links='/wheels'", "user.no-index='1'"],
)
def test_an_index_that_pip_is_configured_with_wins(checkout: Checkout, configured: str) -> None:
    checkout.run("setup", FAKE_PIP_CONFIG=configured)
    assert "index-url" not in checkout.installs[0]
    assert "torch==" not in checkout.installs[0]


def test_the_build_of_torch_is_kept_until_another_is_chosen(checkout: Checkout) -> None:
    checkout.run("setup", "--torch", "cu128")
    checkout.run("setup")
    assert checkout.installs == []
    checkout.run("setup", "--torch", "cpu")
    assert "whl/cpu" in checkout.installs[0]
    noted = json.loads((checkout.folder / ".venv/sightline.json").read_text())
    assert (noted["build"], noted["torch"]) == ("cpu", "2.13.0+cpu")


@pytest.mark.nightly
def test_an_installation_that_was_killed_starts_afresh(checkout: Checkout) -> None:
    killed = checkout.run("setup", FAKE_PIP_INSTALL="kill -9 $PPID; kill -9 $$")
    assert killed.returncode == -signal.SIGKILL
    leftover = checkout.folder / ".venv/half-written"
    leftover.write_text("")
    done = checkout.run("setup", PIP_NO_INDEX="1")  # makes a true environment, with nothing in it
    assert "cut short" in done.stderr
    assert not leftover.exists()


def test_a_second_installation_beside_a_running_one_is_refused(checkout: Checkout) -> None:
    (checkout.folder / ".venv/sightline.installing").write_text(str(os.getpid()))
    done = checkout.run("setup")
    assert done.returncode == 1
    assert f"Process {os.getpid()} is installing: wait for it." in done.stderr


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("OSError: [Errno 28] No space left on device", "free some space"),
        ("NewConnectionError: Network is unreachable", "check network"),
        ("ERROR: No matching distribution found for torch==2.13.0", "no build for this system"),
    ],
)
def test_a_failed_installation_says_what_to_do(checkout: Checkout, said: str, advice: str) -> None:
    done = checkout.run("setup", FAKE_PIP_INSTALL=f"echo '{said}'; exit 1")
    assert done.returncode == 1
    assert said in done.stderr
    assert advice in done.stderr
    assert "Traceback" not in done.stderr
    checkout.run("setup")
    assert len(checkout.installs) == 1  # it tries again


def test_a_build_of_torch_that_cannot_be_is_refused_before_anything_is_done(
    checkout: Checkout,
) -> None:
    done = checkout.run("--torch", "gpu please", "setup")
    assert done.returncode == 2
    assert "cu128" in done.stderr
    assert checkout.calls == []


def test_without_node_it_warns_and_goes_on(checkout: Checkout) -> None:
    (checkout.folder / "web").mkdir()
    (checkout.folder / "web/package.json").write_text("{}")
    done = checkout.run("setup", PATH="/nowhere")
    assert done.returncode == 0
    assert "Warning: the page is not built" in done.stderr
    assert "Node is not installed: install Node 20.19" in done.stderr


def test_ctrl_c_during_an_installation_ends_with_130_and_no_traceback(
    checkout: Checkout,
) -> None:
    done = checkout.run("setup", FAKE_PIP_INSTALL="kill -INT $PPID; exit 1")
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
    assert "Stopped." in done.stderr


@pytest.mark.parametrize("name", ["run.py", "hatch_build.py"])
def test_it_needs_nothing_but_the_standard_library(name: str) -> None:
    code = f"import sys, runpy; sys.path.insert(0, {str(ROOT)!r}); runpy.run_path({name!r})"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], cwd=ROOT, check=True)


@pytest.mark.parametrize(
    ("says", "build"),
    [
        ("| NVIDIA-SMI 580.65  Driver Version: 580.65  CUDA Version: 13.0 |", "cu130"),
        ("| NVIDIA-SMI 570.86  Driver Version: 570.86  CUDA Version: 12.9 |", "cu128"),
        ("| NVIDIA-SMI 470.1   Driver Version: 470.1   CUDA Version: 11.4 |", "cpu"),
        ("NVIDIA-SMI has failed because it could not talk to the driver", "cpu"),
    ],
)
def test_the_graphics_cards_driver_chooses_the_build_of_torch(
    checkout: Checkout, tmp_path: Path, says: str, build: str
) -> None:
    program = tmp_path / "bin/nvidia-smi"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)
    path = f"{program.parent}:/usr/bin:/bin"
    done = checkout.run("setup", PATH=path)
    assert json.loads((checkout.folder / ".venv/sightline.json").read_text())["build"] == build
    assert ("too old or silent" in done.stderr) is (build == "cpu")


def test_a_build_that_is_named_rules_over_the_graphics_card(
    checkout: Checkout, tmp_path: Path
) -> None:
    program = tmp_path / "bin/nvidia-smi"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'CUDA Version: 13.0'\n")
    program.chmod(0o755)
    path = f"{program.parent}:/usr/bin:/bin"
    checkout.run("setup", "--torch", "cpu", PATH=path)
    stamp = checkout.folder / ".venv/sightline.json"
    assert json.loads(stamp.read_text())["build"] == "cpu"
    checkout.run("setup", PATH=path)
    assert json.loads(stamp.read_text())["build"] == "cpu"
    checkout.run("setup", "--torch", "auto", PATH=path)
    assert json.loads(stamp.read_text())["build"] == "cu130"
