"""Queues end to end: by score <= 100 ms at 100,000 x 512, any window at 1,000,000 <= 15 CPU-ms.

Through the workbench, with embeddings and answers on disk: making a view of each queue at 100,000;
a diverse batch of 200 (<= 2 s, beside the plain greedy choice, and <= 3 times the embeddings in
memory); the automatic queue, whose front is 200 (<= 1 s for
a batch of 50). At a million: windows of 100 of the queues by score, at
random places and at their ends, each the first that anybody asks for there.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.harness import Spread, bar, compare_values, save, show, time_once
from benchmarks.rows import fill
from sightline.core.labels import LabelChange

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.projects import Project

SMALL, LARGE, DIM, CLASSES, LABELS = 100_000, 1_000_000, 512, 10, 300
PAGE, PLACES, TIMES = 100, 20, 5
BY_SCORE: dict[str, tuple[str, dict[str, Any]]] = {
    "uncertain": ("uncertain", {}),
    "uncertain, entropy": ("uncertain", {"measure": "entropy"}),
    "uncertain, confidence": ("uncertain", {"measure": "confidence"}),
    "band": ("band", {"band": (0.3, 0.8)}),
    "band of a class": ("band", {"class_id": 1}),
    "certain": ("certain", {"band": (0.5, 1.0)}),
    "mistakes": ("mistakes", {}),
    "random": ("random", {}),
    "all": ("all", {}),
}


def main() -> dict[str, Any]:
    """Measure, print, save."""
    from sightline.app import open_workbench

    count = int(os.environ.get("SIGHTLINE_BENCH_IMAGES", LARGE))
    with (
        tempfile.TemporaryDirectory(dir=os.environ.get("SIGHTLINE_BENCH_DIR")) as temp,
        open_workbench(Path(temp) / "workspace") as bench,
    ):
        small = prepare(bench, "small", SMALL)
        figures: dict[str, Any] = {"images": [SMALL, count]}
        checks = at_small(bench, small, figures)
        large = prepare(bench, "large", count)
        checks += at_large(bench, large, figures)
    return save("queues", {**figures, "passed": all(checks)})


def prepare(bench: Workbench, name: str, size: int) -> Project:
    """Make a project of clusters, embedded, with 300 labels and a head's answers."""
    began = time.monotonic()
    project = fill(bench, name, size)
    ids = [bench.labels.add_class(project, f"class {one}")["id"] for one in range(CLASSES)]
    key = bench.encoders.key_of("hog")
    arrays, rng = bench.store.arrays, np.random.default_rng(0)
    centres = rng.standard_normal((CLASSES, DIM), dtype=np.float32)
    array = arrays.open(project.id, "embedding", key, dtype=np.float16, row_shape=(DIM,))

    def parts() -> Any:
        for at in range(0, size, SMALL // 10):
            rows = rng.standard_normal((SMALL // 10, DIM), dtype=np.float32)
            rows += centres[np.arange(at, at + len(rows)) % CLASSES]
            yield at, rows.astype(np.float16), np.ones(len(rows), np.bool_)

    array.replace(parts())
    rows = bench.store.images.page_after(project.id, -1, LABELS)
    changes = [LabelChange(row.id, ids[row.ordinal % CLASSES], "labelled") for row in rows]
    bench.labels.label(project, changes)
    if size == SMALL:
        bench.heads.refit(project, strict=True)
    else:
        answer(bench, project, key, ids)
    print(f"{size:,} images made in {time.monotonic() - began:.0f} s", flush=True)
    return bench.projects.get(name)


def answer(bench: Workbench, project: Project, key: str, ids: list[int]) -> None:
    """Write a head's answers, by chance."""
    n, rng = bench.store.state.get(project.id).size, np.random.default_rng(5)
    logits = rng.standard_normal((n, CLASSES), dtype=np.float32) * 2
    probs = np.exp(logits)
    probs /= probs.sum(axis=1, keepdims=True)
    top = np.partition(probs, -2, axis=1)[:, -2:]
    arrays, valid = bench.store.arrays, np.ones(n, np.bool_)
    seq = bench.store.state.get(project.id).seq
    arrays.open(project.id, "probability", key, dtype=np.float16, row_shape=(CLASSES,)).replace(
        [(0, probs.astype(np.float16), valid)], journal_seq=seq, class_ids=ids
    )
    arrays.open(project.id, "margin", key, dtype=np.float32, row_shape=()).replace(
        [(0, top[:, 1] - top[:, 0], valid)], journal_seq=seq
    )
    bench.store.heads.put(
        project, encoder="hog", encoder_key=key, journal_seq=seq, class_ids=tuple(ids),
        metrics={"labels": LABELS, "task": "single"},
    )  # fmt: skip


def at_small(bench: Workbench, project: Project, figures: dict[str, Any]) -> list[bool]:
    """Make views at 100,000."""
    checks, took = [], {}
    class_id = bench.labels.classes(project)[0]["id"]
    for name, (queue, options) in BY_SCORE.items():
        asked = options | ({"class_id": class_id} if "class_id" in options else {})
        bench.queues.make_view(project, queue, options=asked)
        times = [
            time_once(lambda q=queue, o=asked: bench.queues.make_view(project, q, options=o))  # type: ignore[misc]
            for _ in range(TIMES)
        ]
        took[name] = Spread.of(times).as_dict()
        checks.append(bar(f"{name}, 100k", took[name]["median"] * 1e3, 100, unit="ms"))
    checks += diverse(bench, project, took)
    doubt = time_once(lambda: bench.queues.make_view(project, "auto"))
    checks.append(bar("auto by doubt, front of 200", doubt, 1, unit="s"))
    rows = bench.store.images.page_after(project.id, -1, LABELS)
    gone = [LabelChange(row.id, None, "unlabelled") for row in rows[20:]]
    bench.labels.label(project, gone)
    bench.heads.refit(project, strict=True)
    cover = time_once(lambda: bench.queues.make_view(project, "auto"))
    checks.append(bar("auto by coverage, front of 200", cover, 1, unit="s"))
    figures["seconds_at_100k"] = took | {"auto doubt": doubt, "auto coverage": cover}
    return checks


def diverse(bench: Workbench, project: Project, took: dict[str, Any]) -> list[bool]:
    """Choose 200 by k-center: beside the plain way, and its memory."""
    embedded = SMALL * DIM * 2
    before = memory(reset=True)
    bench.queues.make_view(project, "diverse")
    most = (memory() - before) / embedded
    result = compare_values(
        "diverse batch of 200, 100k",
        ours=lambda: time_once(lambda: bench.queues.make_view(project, "diverse")),
        peer=lambda: time_once(lambda: plain_centres(bench, project)),
        rounds=3,
    )
    show(result)
    took["diverse"] = result.as_dict()
    return [
        bar("diverse batch of 200", Spread.of(result.ours).median, 2, unit="s"),
        bar("memory beside the embeddings", most, 3, unit="x"),
    ]


def plain_centres(bench: Workbench, project: Project) -> None:
    """Greedy k-center as it is written in papers."""
    array = bench.encoders.embeddings(project)
    assert array is not None
    rows = array.read(np.arange(SMALL))[0].astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    far = 1 - (rows @ rows[:LABELS].T).max(axis=1)
    for _ in range(200):
        far = np.minimum(far, 1 - rows @ rows[int(far.argmax())])


def memory(*, reset: bool = False) -> int:
    """Return the most memory this process has held, bytes; `reset`: since now."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(one.split()[1]) * 1024 for one in lines if one.startswith("VmHWM"))


def at_large(bench: Workbench, project: Project, figures: dict[str, Any]) -> list[bool]:
    """Read windows of views of a million."""
    checks, chance = [], random.Random(3)
    class_id = bench.labels.classes(project)[0]["id"]
    figures["windows_cpu_ms"], figures["views_cpu_ms"] = {}, {}
    for name, (queue, options) in BY_SCORE.items():
        if name in {"mistakes", "uncertain, entropy"}:
            continue
        asked = options | ({"class_id": class_id} if "class_id" in options else {})
        bench.queues.make_view(project, queue, options=asked)
        began = time.process_time()
        view = bench.queues.make_view(project, queue, options=asked)
        figures["views_cpu_ms"][name] = (time.process_time() - began) * 1e3
        places = [view["size"] - PAGE, *(chance.randrange(view["size"]) for _ in range(PLACES))]
        took = []
        for place in places:
            began = time.process_time()
            bench.queues.window(view["id"], place, PAGE)
            took.append((time.process_time() - began) * 1e3)
        figures["windows_cpu_ms"][name] = Spread.of(took).as_dict() | {"last": took[0]}
        made = figures["views_cpu_ms"][name]
        checks.append(bar(f"{name}, 1M: the last window first", took[0], 15, unit="CPU-ms"))
        print(f"        {Spread.of(took[1:]).median:.1f} elsewhere; the view took {made:.0f}")
    return checks


if __name__ == "__main__":
    sys.exit(0 if main()["passed"] else 1)
