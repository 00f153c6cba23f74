"""OpenVINO in a process that hears signals."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from fakes.forms import colour_form

if TYPE_CHECKING:
    from pathlib import Path

HEARD = """
import signal, sys
from pathlib import Path
from sightline.nets.openvino_runtime import open_compiled

first = open_compiled(Path(sys.argv[1]))
second = open_compiled(Path(sys.argv[1]))
del first
del second
heard = []
signal.signal(signal.SIGINT, lambda *_: heard.append(1))
signal.raise_signal(signal.SIGINT)
print("heard", heard)
"""


def test_a_signal_is_heard_after_models_are_let_go(tmp_path: Path) -> None:
    file, _ = colour_form(tmp_path, "openvino")
    done = subprocess.run(
        [sys.executable, "-c", HEARD, str(file)], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "heard [1]\n"), done.stderr
