"""Listing 100 of 1,000,000 images costs <= 5 CPU-ms, and <= 10 where the order is computed first.

Measured is the processor time of the whole process for one request through the application:
routing, the database, the head's answers, JSON. By position at random places of a view, by cursor
at random places, and for the queue `uncertain` from making the view to its first window. Beside
it: the same at 10,000 images, so that the ratio shows what a hundred times more pictures cost.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.harness import Spread, bar, save
from benchmarks.rows import fill

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sightline.app import Workbench

SMALL, LARGE = 10_000, 1_000_000
PAGE = 100
ROUNDS = 40
ORDERS = 10
CLASSES = 10
KEY = "bench"


def main() -> dict[str, Any]:
    """Measure, print, save."""
    from sightline.app import open_workbench

    count = int(os.environ.get("SIGHTLINE_BENCH_IMAGES", LARGE))
    figures: dict[str, Any] = {"images": count}
    folder = os.environ.get("SIGHTLINE_BENCH_DIR")
    with (
        tempfile.TemporaryDirectory(dir=folder) as temp,
        open_workbench(Path(temp) / "workspace") as bench,
    ):
        for name, size in (("small", SMALL), ("large", count)):
            began = time.monotonic()
            prepare(bench, name, size)
            print(f"{size:,} images made in {time.monotonic() - began:.0f} s", flush=True)
            figures[name] = asyncio.run(measure(bench, name, size))
    return report(figures)


def prepare(bench: Workbench, name: str, size: int) -> None:
    """Make a project with a head that has answered for every image."""
    project = fill(bench, name, size)
    classes = [bench.labels.add_class(project, f"class {one}")["id"] for one in range(CLASSES)]
    generator = np.random.default_rng(5)
    logits = generator.normal(size=(size, CLASSES)).astype(np.float32) * 2
    logits -= logits.max(axis=1, keepdims=True)
    probabilities = np.exp(logits)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    top = np.partition(probabilities, -2, axis=1)[:, -2:]
    valid = np.ones(size, dtype=np.bool_)
    arrays = bench.store.arrays
    arrays.open(project.id, "probability", KEY, dtype=np.float16, row_shape=(CLASSES,)).replace(
        [(0, probabilities.astype(np.float16), valid)], journal_seq=1, class_ids=classes
    )
    arrays.open(project.id, "margin", KEY, dtype=np.float32, row_shape=()).replace(
        [(0, top[:, 1] - top[:, 0], valid)], journal_seq=1
    )
    bench.store.heads.put(
        project,
        encoder="bench",
        encoder_key=KEY,
        journal_seq=1,
        class_ids=tuple(classes),
        metrics={
            "labels": 100,
            "accuracy": 0.9,
            "log_loss": 0.3,
            "ece": 0.02,
            "method": "temperature",
            "reliability": [],
        },
    )


async def measure(bench: Workbench, name: str, size: int) -> dict[str, Any]:
    """Return CPU milliseconds of each way to list 100 images."""
    from sightline.server.main import create_app

    app = create_app(bench, background=False)
    chance = random.Random(3)

    async def ask(method: str, path: str, query: str = "", body: Any = None) -> Any:
        return await call(app, method, path, query, body)

    async def make(queue: str) -> Any:
        return await ask("POST", f"/api/projects/{name}/views", body={"queue": queue})

    everything = (await make("all"))["id"]

    async def by_position() -> None:
        offset = chance.randrange(size - PAGE)
        window = await ask("GET", f"/api/views/{everything}", f"offset={offset}&limit={PAGE}")
        assert len(window["items"]) == PAGE

    async def by_cursor() -> None:
        cursor = chance.randrange(size - PAGE)
        page = await ask("GET", f"/api/projects/{name}/images", f"cursor={cursor}&limit={PAGE}")
        assert len(page["items"]) == PAGE

    async def by_score() -> None:
        view = await make("uncertain")
        window = await ask("GET", f"/api/views/{view['id']}", f"limit={PAGE}")
        assert len(window["items"]) == PAGE
        assert window["items"][0]["why"]

    return {
        "position_ms": (await cpu_ms(by_position, ROUNDS)).as_dict(),
        "cursor_ms": (await cpu_ms(by_cursor, ROUNDS)).as_dict(),
        "score_ms": (await cpu_ms(by_score, ORDERS)).as_dict(),
    }


async def cpu_ms(work: Callable[[], Awaitable[None]], rounds: int) -> Spread:
    """Return the processor time of one call, milliseconds, after three to warm up."""
    taken = []
    for number in range(rounds + 3):
        began = time.process_time()
        await work()
        if number >= 3:
            taken.append((time.process_time() - began) * 1000)
    return Spread.of(taken)


async def call(app: Any, method: str, path: str, query: str, body: Any) -> Any:
    """Send one request to the application and return the JSON of its answer."""
    raw = b"" if body is None else json.dumps(body).encode()
    headers = [(b"host", b"127.0.0.1"), (b"content-length", str(len(raw)).encode())]
    headers.append((b"content-type", b"application/json"))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": raw, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    text = b"".join(message.get("body", b"") for message in sent)
    if sent[0]["status"] not in {200, 201}:
        raise RuntimeError(text.decode())
    return json.loads(text)


def report(figures: dict[str, Any]) -> dict[str, Any]:
    """Print the figures beside their bars and write them down."""
    held = []
    for name, what, limit in (
        ("position_ms", "by position", 5),
        ("cursor_ms", "by cursor", 5),
        ("score_ms", "order computed first", 10),
    ):
        large, small = figures["large"][name]["median"], figures["small"][name]["median"]
        held.append(bar(f"100 of {figures['images']:,} {what}", large, limit, unit="CPU-ms"))
        figures[f"{name.removesuffix('_ms')}_ratio"] = large / small
        print(f"        {large / small:.2f} x what it costs at {SMALL:,}")
    return save("list", {**figures, "passed": all(held)})


if __name__ == "__main__":
    sys.exit(0 if main()["passed"] else 1)
