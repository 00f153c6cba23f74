"""An engine in a process of its own: killed or hanging, it costs one request and nothing else."""

from __future__ import annotations

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from fakes.segmenter import use_squares
from fakes.squares_child import remote_squares

if TYPE_CHECKING:
    from pathlib import Path

    from server.conftest import Shop
    from sightline.core.ports import Segmenter
    from sightline.jobs.engine_process import EngineProcess

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")


def use(shop: Shop, segmenter: Segmenter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `squares` be a segmenter, beside the built-in one."""
    engines = shop.bench.assist.engines
    use_squares(shop.bench)
    load = engines.load
    monkeypatch.setattr(
        engines, "load", lambda name: segmenter if name == "squares" else load(name)
    )


def question(shop: Shop, at: int = 0, engine: str = "squares") -> dict[str, Any]:
    prompts = [{"points": [[30, 20, 1]]}]
    return {"image_id": shop.images[at], "engine": engine, "prompts": prompts}


def pid_of(process: EngineProcess) -> int:
    assert process.pid is not None
    return process.pid


def test_a_killed_engine_costs_the_requests_that_were_going_on(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process, segmenter = remote_squares(tmp_path)
    use(shop, segmenter, monkeypatch)
    first = shop.post("/api/assist/predict", question(shop))["candidates"]
    before = pid_of(process)
    (tmp_path / "end").touch()
    shop.client.post("/api/assist/encode", json=question_ahead(shop, 1))
    found = shop.post("/api/assist/predict", question(shop, 1), status=503)
    assert found["code"] == "engine_failed"
    assert "signal 9" in found["message"]
    assert "started anew" in found["hint"]
    assert shop.get("/api/assist/slots?client=page")["slots"][0]["state"] == "failed"
    assert shop.post("/api/assist/predict", question(shop, 1, "classical"))["candidates"]
    again = shop.post("/api/assist/predict", question(shop))["candidates"]
    assert [one["box"] for one in again] == [one["box"] for one in first]  # its encoding is kept
    assert shop.post("/api/assist/predict", question(shop, 1))["candidates"]
    assert pid_of(process) != before
    process.close()


def question_ahead(shop: Shop, at: int) -> dict[str, Any]:
    return {"image_id": shop.images[at], "engine": "squares", "client": "page"}


def test_an_engine_that_never_answers_is_ended_and_the_next_request_starts_it(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process, segmenter = remote_squares(tmp_path, timeout_s=1.0)
    use(shop, segmenter, monkeypatch)
    shop.post("/api/assist/predict", question(shop))
    before = psutil.Process(pid_of(process))
    (tmp_path / "hang").touch()
    found = shop.post("/api/assist/predict", question(shop, 1), status=503)
    assert "no answer within 1 s, and was ended" in found["message"]
    before.wait(10)
    assert shop.post("/api/assist/predict", question(shop, 1))["candidates"]
    process.close()


def test_a_click_is_answered_while_the_next_picture_is_encoded(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process, segmenter = remote_squares(tmp_path)
    use(shop, segmenter, monkeypatch)
    shop.post("/api/assist/predict", question(shop))
    (tmp_path / "hang").touch()
    with ThreadPoolExecutor(1) as pool:
        ahead = pool.submit(shop.client.post, "/api/assist/predict", json=question(shop, 1))
        for _ in range(3):
            assert shop.post("/api/assist/predict", question(shop))["candidates"]
        shop.get("/api/assist/slots?client=page")
        assert not ahead.done()
        os.kill(pid_of(process), signal.SIGKILL)
        assert ahead.result(30).status_code == 503
    process.close()
