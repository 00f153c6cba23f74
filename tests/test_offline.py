"""The main job on a machine that reaches no network: any socket but a loopback one is refused."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from fakes.pets import write_pets, write_table

if TYPE_CHECKING:
    from pathlib import Path

GUARD = """
import os, socket, sys

def refuse(event, arguments):
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in {"socket.connect", "socket.sendto", "socket.bind"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else "127.0.0.1"
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host not in {None, "", "localhost", "127.0.0.1", "::1"}:
        with open(os.environ["GUARD_LOG"], "a") as log:
            log.write(f"{event} {host}\\n")
        raise RuntimeError(f"offline: {event} {host}")

sys.addaudithook(refuse)
with open(os.environ["GUARD_LOG"], "a") as log:
    log.write(f"guarded {sys.orig_argv[1:4]}\\n")
"""
WITHOUT_TORCH = """
import sys
from sightline.cli.main import run
code = run(sys.argv[1:])
heavy = {"torch", "sklearn", "matplotlib"} & set(sys.modules)
sys.stderr.write("loaded: " + " ".join(sorted(heavy)) + ".")
sys.exit(code)
"""
SPEC = ("epochs=1", "image_size=16", "augment.views=1", "threads=1", "model.name=small_cnn")


class Offline:
    """A command line whose processes, and theirs, reach no network."""

    def __init__(self, folder: Path) -> None:
        guard = folder / "guard"
        guard.mkdir()
        (guard / "sitecustomize.py").write_text(GUARD)
        self.log = folder / "sockets.txt"
        self.log.touch()
        self.folder = folder
        self._environment = os.environ | {
            "PYTHONPATH": str(guard),
            "GUARD_LOG": str(self.log),
            "OMP_NUM_THREADS": "1",
            "SIGHTLINE_WORKSPACE": str(folder / "w"),
        }

    def python(self, *words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *(str(word) for word in words)],
            env=self._environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def __call__(self, *words: object) -> list[Any]:
        done = self.python("-m", "sightline.cli.main", *words, "--json")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def offline(tmp_path: Path) -> Offline:
    return Offline(tmp_path)


def test_the_guard_refuses_the_network_and_lets_loopback_pass(offline: Offline) -> None:
    code = "import socket; socket.create_connection(({host!r}, {port}), timeout=5)"
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert offline.python("-c", code.format(host="127.0.0.1", port=port)).returncode == 0
    for host in ("192.0.2.1", "example.com"):
        done = offline.python("-c", code.format(host=host, port=80))
        assert "offline:" in done.stderr


def test_the_main_job_needs_no_network(offline: Offline, tmp_path: Path) -> None:
    pictures = write_pets(tmp_path / "pictures", 12)
    table = write_table(pictures, tmp_path / "labels.csv")
    assert offline("ingest", pictures, "-p", "pets", "--labels", "none")[-1]["added"] == 24
    assert offline("labels", "set", "pets", "--csv", table)[-1]["written"] == 24
    assert offline("heads", "train", "pets")[-1]["labels"] > 0
    offline("labels", "undo", "pets")
    assert len(offline("queue", "pets", "--limit", "3")) == 3
    offline("labels", "redo", "pets")
    sets = [word for one in SPEC for word in ("--set", one)]
    model = offline("train", "pets", *sets)[-1]["model"]
    assert offline("export", model)[-1]["parity_max_abs"] <= 1e-3
    asked = offline.python("-c", WITHOUT_TORCH, "--json", "predict", model, pictures / "cat")
    assert asked.returncode == 0, asked.stderr
    assert len(asked.stdout.splitlines()) == 12
    assert asked.stderr.endswith("loaded: ."), "asking a model needs no training packages"
    told = offline.log.read_text().splitlines()
    assert [line for line in told if not line.startswith("guarded ")] == []
    assert any("sightline.worker" in line for line in told), "workers are guarded too"
