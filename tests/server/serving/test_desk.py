"""Limits of time and number."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from fakes.http import Client
from fakes.serving import Says, add_colours, desk_of, photo
from sightline.core.errors import OverloadedError
from sightline.server.serving.app import create_serving_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.server.serving.desk import Desk


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    made = threading.Event()
    yield made
    made.set()


@pytest.fixture
def desk(tmp_path: Path, gate: threading.Event) -> Iterator[Desk]:
    """A desk with one thread, one place to wait and a model that answers when the gate opens."""
    add_colours(tmp_path)
    made = desk_of(tmp_path, "colours", threads=1, queue=1, opening=lambda found: Says(found, gate))
    yield made
    gate.set()
    made.serving.close()


def test_an_answer_that_takes_too_long_is_504(desk: Desk, gate: threading.Event) -> None:
    desk.timeout_s = 0.05
    with Client(create_serving_app(desk, max_bytes=10_000)) as client:
        late = client.post("/v1/predict", content=photo())
        assert (late.status_code, late.json()["code"]) == (504, "time_limit")
        gate.set()
        desk.timeout_s = 60
        assert client.post("/v1/predict", content=photo()).status_code == 200


def test_what_beyond_the_queue_is_429_with_retry_after(desk: Desk, gate: threading.Event) -> None:
    slot = desk.serving.slot()
    blocked = desk.serving.submit(slot, lambda _: gate.wait(60))
    waiting = desk.serving.submit(slot, lambda _: None)
    with Client(create_serving_app(desk, max_bytes=10_000)) as client:
        full = client.post("/v1/predict", content=photo())
        assert full.status_code == 429
        assert int(full.headers["retry-after"]) >= 1
        assert client.get("/health").json()["waiting"] == 1
        gate.set()
        waiting.result(60)
        assert blocked.result(60)
        assert client.post("/v1/predict", content=photo()).status_code == 200


def test_pictures_of_one_request_wait_together(desk: Desk, gate: threading.Event) -> None:
    gate.set()
    files = [("file", (f"{number}.png", photo())) for number in range(5)]
    with Client(create_serving_app(desk, max_bytes=100_000)) as client:
        found = client.post("/v1/predict", files=files).json()["items"]
    assert [one["path"] for one in found] == [f"{number}.png" for number in range(5)]


def test_ready_and_health_tell_how_it_is(desk: Desk) -> None:
    with Client(create_serving_app(desk, max_bytes=10_000)) as client:
        ready = client.get("/ready")
        assert (ready.status_code, ready.json()["ready"]) == (200, True)
        assert list(ready.json()["models"]) == ["colours"]
        assert client.get("/health").json()["status"] == "ok"
        desk.ready = False
        assert client.get("/ready").status_code == 503
        assert client.get("/v2/health/ready").status_code == 503
        assert client.get("/health").status_code == 200


def test_no_more_bodies_are_read_at_once_than_may_wait(desk: Desk) -> None:
    async def read() -> None:
        async with desk.reading(), desk.reading():
            with pytest.raises(OverloadedError):
                async with desk.reading():
                    raise AssertionError("the limit is two")
        async with desk.reading():
            pass

    asyncio.run(read())
