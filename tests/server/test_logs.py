"""Logs: one JSON object a line, bounded, without secrets."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest

from sightline.server import logs
from sightline.server.logs import Logging, redact

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("GET /?token=abc&x=1", "GET /?token=***&x=1"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ('{"password": "hunter2"}', '{"password": "***"}'),
        ("postgresql://me:hunter2@host/db", "postgresql://me:***@host/db"),
        ("api_key=abc other", "api_key=*** other"),
        ("http://127.0.0.1:8000/api/tokens", "http://127.0.0.1:8000/api/tokens"),
    ],
)
def test_secrets_are_starred_out(text: str, clean: str) -> None:
    assert redact(text) == clean


def test_a_known_secret_is_starred_out_wherever_it_stands(tmp_path: Path) -> None:
    handlers = Logging(tmp_path, secrets=("s3cret",), console=False)
    logging.getLogger("sightline.server").warning("it is %s here", "s3cret")
    handlers.close()
    line = json.loads((tmp_path / "server.log").read_text())
    assert line["message"] == "it is *** here"
    assert line["level"] == "warning"


def test_a_trace_is_one_line_with_the_message(tmp_path: Path) -> None:
    handlers = Logging(tmp_path, console=False)
    try:
        int("token=abc")
    except ValueError:
        logging.getLogger("sightline.server").exception("it broke")
    handlers.close()
    (raw,) = (tmp_path / "server.log").read_text().splitlines()
    line = json.loads(raw)
    assert line["message"] == "it broke"
    assert "ValueError" in line["trace"]
    assert "abc" not in raw


def test_logs_rotate_and_their_number_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "MAX_BYTES", 2_000)
    handlers = Logging(tmp_path, console=False)
    for number in range(200):
        logging.getLogger("sightline.server").info("line %d", number)
    handlers.close()
    files = sorted(tmp_path.iterdir())
    assert len(files) == logs.KEEP + 1
    assert all(file.stat().st_size <= 2_000 for file in files)


def test_people_see_warnings_without_traces_and_no_requests(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handlers = Logging(tmp_path)
    logging.getLogger("sightline.access").info("POST /api 200")
    logging.getLogger("sightline.server").warning("careful")
    handlers.close()
    assert capsys.readouterr().err == "warning: careful\n"


def test_closing_leaves_no_handler_behind(tmp_path: Path) -> None:
    before = list(logging.getLogger("sightline").handlers)
    Logging(tmp_path).close()
    assert logging.getLogger("sightline").handlers == before
