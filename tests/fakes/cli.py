"""The command line, called in this process."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from sightline.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Answer:
    """What a call came to."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """Every line of standard output, each of which has to be JSON."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def last(self) -> Any:
        """The last line of standard output."""
        return self.lines[-1]


class Cli:
    """Calls verbs on one workspace."""

    def __init__(self, workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.workspace = workspace
        self._capsys = capsys

    def __call__(self, *words: object, code: int = 0) -> Answer:
        """Call a verb with --json; it has to end with this exit code."""
        return self.call("--workspace", self.workspace, "--json", *words, code=code)

    def call(self, *words: object, code: int = 0) -> Answer:
        """Call with exactly these words."""
        self._capsys.readouterr()
        before = signal.getsignal(signal.SIGTERM)
        try:
            with pytest.raises(SystemExit) as caught:
                main([str(word) for word in words])
        finally:
            signal.signal(signal.SIGTERM, before)
        out, err = self._capsys.readouterr()
        answer = Answer(int(caught.value.code or 0), out, err)
        assert answer.code == code, f"{words}: {answer}"
        assert "Traceback" not in err
        return answer

    def error(self, *words: object, code: int) -> Any:
        """Call a verb that has to fail, and return its error, told in words and as JSON."""
        answer = self(*words, code=code)
        found = answer.last["error"]
        assert set(found) == {"code", "message", "hint"}
        assert found["message"]
        assert len(answer.lines) == 1
        return found
