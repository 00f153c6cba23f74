"""2,000 one-megapixel JPEGs are registered in <= 0.6 s with a warm page cache, <= 1.2 s cold.

Registered: identity hash, size, orientation, rows on the disk. Each round is a fresh interpreter
with a fresh workspace; what it needs to start and to open the store is not counted. The peer is
the plain way in one thread: SHA-256, Pillow's header, one `executemany` into SQLite.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.harness import Spread, bar, compare_values, last_number, save, show
from benchmarks.photos import photos

COUNT = 2000
ROUNDS = 5
WARM_S, COLD_S = 0.6, 1.2


def ours(source: Path) -> float:
    """Return the seconds that one ingest takes."""
    from sightline.core.progress import Silent
    from sightline.ingest.run import IngestOptions, ingest
    from sightline.settings import Settings
    from sightline.store.store import Store

    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        project = store.projects.create("bench")
        began = time.perf_counter()
        report = ingest(
            store,
            project,
            source,
            IngestOptions(),
            folder=store.project_dir("bench"),
            split_rule=Settings(),
            progress=Silent(),
        )
        seconds = time.perf_counter() - began
        assert report["added"] == COUNT, report
        store.close()
    return seconds


def plain(source: Path) -> float:
    """Return the seconds that the plain way takes."""
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "plain.db")
        connection.execute("create table images (path, digest, width, height, orientation)")
        began = time.perf_counter()
        rows = []
        for path in sorted(source.glob("*.jpg")):
            data = path.read_bytes()
            with Image.open(path) as image:
                turn = image.getexif().get(0x0112, 1)
                rows.append((str(path), hashlib.sha256(data).hexdigest(), *image.size, turn))
        with connection:
            connection.executemany("insert into images values (?, ?, ?, ?, ?)", rows)
        seconds = time.perf_counter() - began
        connection.close()
    return seconds


def forget(source: Path) -> None:
    """Take the files out of the page cache."""
    for path in source.glob("*.jpg"):
        handle = os.open(path, os.O_RDONLY)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)


def in_fresh_process(side: str, source: Path) -> float:
    return last_number([sys.executable, "-m", "benchmarks.bench_ingest", side, str(source)])


def cold(source: Path) -> float:
    forget(source)
    return in_fresh_process("ours", source)


def main() -> dict[str, Any]:
    source = photos(COUNT)
    for path in source.glob("*.jpg"):
        path.read_bytes()
    warm = compare_values(
        "2,000 JPEGs, warm",
        ours=lambda: in_fresh_process("ours", source),
        peer=lambda: in_fresh_process("plain", source),
        rounds=ROUNDS,
    )
    show(warm)
    passed = bar("registered, warm", Spread.of(warm.ours).median, WARM_S, unit="s")
    figures: dict[str, Any] = {"warm": warm.as_dict(), "ratio": warm.ratio}
    if hasattr(os, "posix_fadvise"):
        first = Spread.of([cold(source) for _ in range(ROUNDS)])
        passed &= bar("registered, cold", first.median, COLD_S, unit="s")
        figures["cold_s"] = first.as_dict()
    return save("ingest", {**figures, "passed": passed})


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print({"ours": ours, "plain": plain}[sys.argv[1]](Path(sys.argv[2])))
    else:
        main()
