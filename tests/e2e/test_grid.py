"""The grid under a fling: what is on screen loads first, what flew past is not asked for."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Page, expect

from fakes.running import wait_for_job

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.running import Running

FILL_MS = 1500
SIDE = 16
FLING = """async (share) => {
  const grid = document.querySelector(".grid");
  const from = grid.scrollTop, to = (grid.scrollHeight - grid.clientHeight) * share;
  const start = performance.now();
  await new Promise((done) => {
    const step = () => {
      const k = Math.min(1, (performance.now() - start) / 500);
      grid.scrollTop = from + (to - from) * k;
      k < 1 ? requestAnimationFrame(step) : done();
    };
    step();
  });
  const stopped = performance.now();
  const full = () => {
    const box = grid.getBoundingClientRect();
    const seen = [...grid.querySelectorAll(".tile")].filter((tile) => {
      const at = tile.getBoundingClientRect();
      return at.bottom > box.top && at.top < box.bottom;
    });
    const drawn = (tile) => (tile.querySelector("img")?.naturalWidth ?? 0) > 0;
    return seen.length > 0 && seen.every(drawn);
  };
  await new Promise((done) => {
    const late = () => performance.now() - stopped > 20000;
    const look = () => (full() || late() ? done() : setTimeout(look, 16));
    look();
  });
  return performance.now() - stopped;
}"""


def png(number: int) -> bytes:
    """Return a small picture that no other number gives."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    colour = bytes((number * 37 % 256, number // 7 % 256, number // 256 * 29 % 256))
    rows = (b"\0" + colour * SIDE) * (SIDE // 2) + (b"\0" + b"\xf0" * 3 * SIDE) * (SIDE // 2)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0))
        + chunk(b"tEXt", b"number\0%d" % number)
        + chunk(b"IDAT", zlib.compress(rows, 1))
        + chunk(b"IEND", b"")
    )


def fill(server: Running, folder: Path, count: int) -> None:
    """Register `count` pictures in a project named many."""
    for number in range(count):
        part = folder / f"{number // 1000:03}"
        part.mkdir(parents=True, exist_ok=True)
        (part / f"{number:06}.png").write_bytes(png(number))
    with httpx.Client(base_url=server.url, timeout=120) as api:
        api.post("/api/projects", json={"name": "many"}).raise_for_status()
        body = {"source": str(folder), "labels": "none"}
        job = api.post("/api/projects/many/ingest", json=body).raise_for_status()
        wait_for_job(api, job.json()["id"])


def fling(page: Page, server: Running, count: int) -> None:
    """Throw the grid about and measure how long its screen takes to fill."""
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/api/thumb/" in one.url else None)
    page.goto(f"{server.url}/p/many/browse")
    expect(page.locator(".tile img").first).to_be_visible()
    shown = page.locator(".tile").count()
    for share in (0.6, 0.1, 1.0):
        before = len(asked)
        assert page.evaluate(FLING, share) <= FILL_MS
        assert len(asked) - before <= 4 * shown
    expect(page.locator(f"#tile-{count - 1}")).to_be_visible()


@pytest.mark.timeout(180)
@pytest.mark.nightly
def test_the_screen_fills_soon_after_a_fling_through_thousands(
    page: Page, server: Running, tmp_path: Path
) -> None:
    fill(server, tmp_path / "many", 5_000)
    fling(page, server, 5_000)


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_the_screen_fills_soon_after_a_fling_through_100_000(
    page: Page, server: Running, tmp_path: Path
) -> None:
    fill(server, tmp_path / "many", 100_000)
    fling(page, server, 100_000)
