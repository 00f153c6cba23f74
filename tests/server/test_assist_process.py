"""An engine in a process of its own: killed or hanging, it costs one request and nothing else."""

from __future__ import annotations

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from fakes.jobs import until
from fakes.segmenter import use_squares
from fakes.squares_child import remote_squares

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from server.conftest import Shop
    from sightline.jobs.engine_process import EngineProcess

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")


@pytest.fixture
def process(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineProcess]:
    """The process of `squares`, a segmenter beside the built-in one."""
    process, segmenter = remote_squares(tmp_path)
    engines = shop.bench.assist.engines
    use_squares(shop.bench)
    load = engines.load
    monkeypatch.setattr(
        engines, "load", lambda name: segmenter if name == "squares" else load(name)
    )
    yield process
    process.close()


def question(shop: Shop, at: int = 0, engine: str = "squares") -> dict[str, Any]:
    prompts = [{"points": [[30, 20, 1]]}]
    return {"image_id": shop.images[at], "engine": engine, "prompts": prompts}


def pid_of(process: EngineProcess) -> int:
    assert process.pid is not None
    return process.pid


def test_a_killed_engine_costs_the_requests_that_were_going_on(
    shop: Shop, tmp_path: Path, process: EngineProcess
) -> None:
    first = shop.post("/api/assist/predict", question(shop))["candidates"]
    before = pid_of(process)
    (tmp_path / "hang").touch()
    with ThreadPoolExecutor(1) as pool:
        going = pool.submit(shop.client.post, "/api/assist/predict", json=question(shop, 1))
        until((tmp_path / "hangs").exists)
        shop.post("/api/assist/encode", question_ahead(shop, 1), status=202)
        os.kill(before, signal.SIGKILL)
        answer = going.result(60)
    found = answer.json()
    assert (answer.status_code, found["code"]) == (503, "engine_failed")
    assert "signal 9" in found["message"]
    assert "started anew" in found["hint"]
    until(lambda: shop.get("/api/assist/slots?client=page")["slots"][0]["state"] == "failed")
    assert shop.post("/api/assist/predict", question(shop, 1, "classical"))["candidates"]
    again = shop.post("/api/assist/predict", question(shop))["candidates"]
    assert [one["box"] for one in again] == [one["box"] for one in first]  # its encoding is kept
    assert shop.post("/api/assist/predict", question(shop, 1))["candidates"]
    assert pid_of(process) != before


def question_ahead(shop: Shop, at: int) -> dict[str, Any]:
    return {"image_id": shop.images[at], "engine": "squares", "client": "page"}


def test_an_engine_that_never_answers_is_ended_and_the_next_request_starts_it(
    shop: Shop, tmp_path: Path, process: EngineProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.post("/api/assist/predict", question(shop))
    before = psutil.Process(pid_of(process))
    (tmp_path / "hang").touch()
    with monkeypatch.context() as patch:
        patch.setattr(process, "_timeout_s", 0.5)
        found = shop.post("/api/assist/predict", question(shop, 1), status=503)
    assert "no answer within 0.5 s, and was ended" in found["message"]
    before.wait(60)
    (tmp_path / "hang").unlink(missing_ok=True)  # a slow one was ended before it read it
    assert shop.post("/api/assist/predict", question(shop, 1))["candidates"]


def test_a_click_is_answered_while_the_next_picture_is_encoded(
    shop: Shop, tmp_path: Path, process: EngineProcess
) -> None:
    shop.post("/api/assist/predict", question(shop))
    (tmp_path / "hang").touch()
    with ThreadPoolExecutor(1) as pool:
        ahead = pool.submit(shop.client.post, "/api/assist/predict", json=question(shop, 1))
        until((tmp_path / "hangs").exists)
        for _ in range(3):
            assert shop.post("/api/assist/predict", question(shop))["candidates"]
        shop.get("/api/assist/slots?client=page")
        assert not ahead.done()
        os.kill(pid_of(process), signal.SIGKILL)
        assert ahead.result(60).status_code == 503
