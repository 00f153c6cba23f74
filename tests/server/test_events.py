"""Server-sent events: nothing with an id is lost, whoever comes and goes."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest

from sightline.core.errors import OverloadedError
from sightline.server.events import MAX_CLIENTS, Client, EventHub, EventStream, encode

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass(frozen=True)
class Fact:
    """A row of the events table."""

    id: int
    kind: str = "labels"
    payload: dict[str, Any] = field(default_factory=dict)


class MemoryLog:
    """An events table in memory; `grow` may be called from any thread."""

    def __init__(self, count: int = 0) -> None:
        self.facts = [Fact(number) for number in range(1, count + 1)]
        self._lock = threading.Lock()
        self.reads = 0

    def grow(self, count: int = 1) -> None:
        with self._lock:
            last = self.facts[-1].id if self.facts else 0
            self.facts += [Fact(number) for number in range(last + 1, last + count + 1)]

    def last_id(self) -> int:
        with self._lock:
            return self.facts[-1].id if self.facts else 0

    def first_id(self) -> int:
        with self._lock:
            return self.facts[0].id if self.facts else 0

    def since(self, after: int, limit: int = 500) -> list[Fact]:
        with self._lock:
            self.reads += 1
            return [fact for fact in self.facts if fact.id > after][:limit]


class Browser:
    """One open stream: collects what is sent; `hang` makes it stop reading."""

    def __init__(self, stream: EventStream) -> None:
        self.stream = stream
        self.raw = b""
        self.finished = False
        self.news = asyncio.Event()
        self.hang = asyncio.Event()
        self.hang.set()
        self._gone = asyncio.Event()
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        await self.stream({"type": "http"}, self._receive, self._send)
        self.news.set()

    async def _receive(self) -> Any:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        await self.hang.wait()
        self.raw += message.get("body", b"")
        self.finished = self.finished or message.get("more_body") is False
        self.news.set()

    def ids(self) -> list[int]:
        lines = self.raw.decode().split("\n")
        return [int(line[4:]) for line in lines if line.startswith("id: ")]

    async def until(self, text: bytes) -> None:
        with anyio.fail_after(60):
            while text not in self.raw:
                self.news.clear()
                await self.news.wait()

    async def leave(self) -> None:
        self._gone.set()
        await self.task


async def test_a_first_visit_starts_with_what_happens_from_now_on() -> None:
    log = MemoryLog(7)
    hub = EventHub(log, poll_s=0.01)
    browser = Browser(await hub.open(None))
    await browser.until(b"event: hello")
    log.grow()
    await browser.until(b"id: 8\n")
    assert browser.ids() == [7, 8]
    await browser.leave()


async def test_what_happens_as_the_answer_begins_is_told() -> None:
    log = MemoryLog(7)
    hub = EventHub(log, poll_s=0.01)
    stream = await hub.open(None)
    log.grow()
    browser = Browser(stream)
    await browser.until(b"id: 8\n")
    assert b"event: labels" in browser.raw
    await browser.leave()


async def test_a_return_gets_what_it_missed_and_then_what_happens() -> None:
    log = MemoryLog(1_700)
    hub = EventHub(log, poll_s=0.01)
    browser = Browser(await hub.open(3))
    log.grow(2)
    await browser.until(b"id: 1702\n")
    assert browser.ids() == list(range(4, 1_703))
    await browser.leave()


async def test_nothing_is_lost_while_clients_come_and_go_under_load() -> None:
    log = MemoryLog(1)
    hub = EventHub(log, poll_s=0.005)

    def write() -> None:
        for _ in range(3_000):
            log.grow()

    writer = threading.Thread(target=write)
    seen: list[int] = []
    last = 1
    writer.start()
    while last < 3_001:
        browser = Browser(await hub.open(last))
        await browser.until(f"id: {min(last + 150, 3_001)}\n".encode())
        await browser.leave()
        seen += browser.ids()
        last = seen[-1]
    writer.join()
    assert seen == list(range(2, 3_002))


async def test_an_id_that_is_no_longer_kept_makes_the_page_read_anew() -> None:
    log = MemoryLog(50)
    log.facts = log.facts[20:]
    hub = EventHub(log, poll_s=0.01)
    for stale in (3, 99):
        browser = Browser(await hub.open(stale))
        await browser.until(b"event: reset")
        assert browser.ids() == [50]
        await browser.leave()
    browser = Browser(await hub.open(20))
    await browser.until(b"id: 50\n")
    assert browser.ids() == list(range(21, 51))
    await browser.leave()


async def test_own_writes_are_told_without_waiting_for_the_next_look() -> None:
    log = MemoryLog(1)
    hub = EventHub(log, poll_s=60)
    browser = Browser(await hub.open(None))
    await browser.until(b"hello")
    log.grow()
    threading.Thread(target=hub.wake).start()
    await browser.until(b"id: 2\n")
    await browser.leave()


async def test_progress_passes_through_without_an_id() -> None:
    hub = EventHub(MemoryLog(4), poll_s=0.01)
    browser = Browser(await hub.open(None))
    await browser.until(b"hello")
    threading.Thread(target=lambda: hub.tell("progress", {"job": "j", "done": 1})).start()
    await browser.until(b'event: progress\ndata: {"job":"j","done":1}\n\n')
    assert browser.ids() == [4]
    await browser.leave()


async def test_a_quiet_stream_beats_so_that_nobody_thinks_it_dead() -> None:
    hub = EventHub(MemoryLog(), poll_s=60, heartbeat_s=0.01)
    browser = Browser(await hub.open(None))
    await browser.until(b": still here\n\n")
    await browser.leave()


async def test_a_client_that_does_not_keep_up_is_let_go_and_loses_nothing() -> None:
    log = MemoryLog(1)
    hub = EventHub(log, poll_s=0.005, room=10)
    slow, quick = Browser(await hub.open(None)), Browser(await hub.open(None))
    await slow.until(b"hello")
    await quick.until(b"hello")
    slow.hang.clear()
    for number in range(2, 40):
        log.grow()
        await quick.until(f"id: {number}\n".encode())
    slow.hang.set()
    with anyio.fail_after(60):
        await slow.task
    assert hub.clients == 1
    again = Browser(await hub.open(slow.ids()[-1]))
    await again.until(b"id: 39\n")
    assert slow.ids() + again.ids() == list(range(1, 40))
    await again.leave()
    await quick.leave()


async def test_a_lagging_client_skips_progress_before_facts() -> None:
    client = Client(room=4)
    for number in range(3):
        client.put(number, b"fact")
    client.put(None, b"progress")
    assert client.inbox.qsize() == 3
    assert not client.dropped.is_set()


async def test_streams_end_at_once_when_the_server_stops() -> None:
    hub = EventHub(MemoryLog(), poll_s=60)
    browsers = [Browser(await hub.open(None)) for _ in range(3)]
    for browser in browsers:
        await browser.until(b"hello")
    await hub.close()
    with anyio.fail_after(60):
        for browser in browsers:
            await browser.task
    assert all(browser.finished for browser in browsers)
    with pytest.raises(OverloadedError):
        await hub.open(None)


async def test_a_stream_that_opens_as_the_server_stops_is_refused() -> None:
    hub = EventHub(MemoryLog())
    opening = asyncio.ensure_future(hub.open(None))
    await asyncio.sleep(0)
    await hub.close()
    with pytest.raises(OverloadedError, match="stopping"):
        await opening
    assert hub.clients == 0


@pytest.mark.parametrize("steps", range(8))
async def test_a_server_that_stops_just_as_news_comes_stops(steps: int) -> None:
    log = MemoryLog(7)
    hub = EventHub(log, poll_s=600)
    browser = Browser(await hub.open(None))
    await browser.until(b"event: hello")
    log.grow()
    hub.wake()
    for _ in range(steps):
        await asyncio.sleep(0)
    closing = asyncio.ensure_future(hub.close())
    _, late = await asyncio.wait({closing, browser.task}, timeout=60)
    assert not late
    assert hub.clients == 0


async def test_the_tail_rests_when_nobody_listens() -> None:
    log = MemoryLog()
    hub = EventHub(log, poll_s=0.001)
    browser = Browser(await hub.open(None))
    await browser.until(b"hello")
    await browser.leave()
    before = log.reads
    await asyncio.sleep(0.05)
    assert log.reads <= before + 1
    assert hub.clients == 0


async def test_a_table_that_cannot_be_read_for_a_moment_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = MemoryLog(1)
    hub = EventHub(log, poll_s=0.005)
    browser = Browser(await hub.open(None))
    await browser.until(b"hello")
    log.grow()
    await browser.until(b"id: 2\n")
    failed = threading.Event()

    def broken(after: int, limit: int = 500) -> list[Fact]:
        del after, limit
        failed.set()
        raise OSError("busy")

    with monkeypatch.context() as patch:
        patch.setattr(log, "since", broken)
        assert await asyncio.to_thread(failed.wait, 60)
    log.grow()
    await browser.until(b"id: 3\n")
    await browser.leave()


async def test_a_stream_that_cannot_catch_up_ends_and_the_browser_comes_back() -> None:
    log = MemoryLog(3)
    hub = EventHub(log, poll_s=60)
    stream = await hub.open(1)
    log.facts = [None]  # type: ignore[list-item]
    browser = Browser(stream)
    with anyio.fail_after(60):
        await browser.task
    assert browser.finished
    assert hub.clients == 0


async def test_streams_have_a_limit() -> None:
    hub = EventHub(MemoryLog(), poll_s=60)
    streams = [await hub.open(None) for _ in range(MAX_CLIENTS)]
    with pytest.raises(OverloadedError, match="too many"):
        await hub.open(None)
    assert len(streams) == hub.clients
    await hub.close()


def test_an_event_is_written_as_the_standard_says() -> None:
    assert encode("job", {"note": "a\nb é"}, 5) == (
        'id: 5\nevent: job\ndata: {"note":"a\\nb é"}\n\n'.encode()
    )
