"""After a label: the head refitted, 100,000 x 1,280 half-precision embeddings scored, <= 0.8 s.

As the server does it: a durable label, the project's state brought up to date, the embeddings
mapped from the disk, the fit begun where the last one ended, probabilities, margins and entropies
written. Beside it the floor: reading the embeddings' bytes once; and the scores alone against the
plain way (`astype`, product) and against ONNX Runtime's Cast and MatMul in chunks. A tenth of the
images shows that the time grows no faster than they do, a million of 512 numbers that memory does
not either.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.bench_queues import memory
from benchmarks.harness import Spread, bar, compare, save, show, time_once
from benchmarks.rows import fill
from sightline.core.labels import LabelChange
from sightline.curate.assist import score

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sightline.app import Workbench
    from sightline.heads.head import Head
    from sightline.store.arrays import OrdinalArray
    from sightline.store.projects import Project

IMAGES, LARGE, DIM, LARGE_DIM, CLASSES = 100_000, 1_000_000, 1280, 512, 10
LABELS = (100, 500, 2000)
USUAL = 500
"""Labels up to which the claim is made; with more, the fit itself takes longer than the scores."""
TIMES = 5
MOST_S = 0.8
PLAIN_ROWS = 4096
ORT_ROWS = 2048


def main() -> dict[str, Any]:
    """Measure, print, save."""
    from sightline.app import open_workbench

    large = int(os.environ.get("SIGHTLINE_BENCH_IMAGES", LARGE))
    figures: dict[str, Any] = {}
    with (
        tempfile.TemporaryDirectory(dir=os.environ.get("SIGHTLINE_BENCH_DIR")) as temp,
        open_workbench(Path(temp) / "workspace", person="bench") as bench,
    ):
        small = prepare(bench, "small", IMAGES // 10, DIM)
        whole = prepare(bench, "whole", IMAGES, DIM)
        checks = []
        for labels in LABELS:
            took = after_a_label(bench, whole, labels)
            figures[f"{labels} labels"] = took.as_dict()
            held = bar(f"a label, refit and scores, {labels} labels", took.median, MOST_S, unit="s")
            checks += [held] if labels <= USUAL else []
            tenth = after_a_label(bench, small, labels)
            print(f"        a tenth of the images: {tenth.median:.3f} s")
            figures[f"{labels} labels, a tenth"] = tenth.as_dict()
        figures |= alone(bench, whole)
        if large >= LARGE:
            took, share = at_large(bench, large)
            figures["a million x 512"] = took.as_dict()
            figures["memory as a share of the embeddings"] = share
            checks.append(bar("memory, x the embeddings", share, 3.0))
            print(f"        a million x 512: {took.median:.2f} s")
    return save("refit", {"seconds": figures, "passed": all(checks)})


def prepare(bench: Workbench, name: str, size: int, dim: int) -> Project:
    """Make a project of overlapping clusters, embedded."""
    project = fill(bench, name, size)
    for one in range(CLASSES):
        bench.labels.add_class(project, f"class {one}")
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((CLASSES, dim), dtype=np.float32)
    array = bench.store.arrays.open(
        project.id,
        "embedding",
        bench.encoders.key_of("hog"),
        dtype=np.float16,
        row_shape=(dim,),
    )

    def parts() -> Any:
        for at in range(0, size, 10_000):
            rows = rng.standard_normal((min(10_000, size - at), dim), dtype=np.float32) * 5
            rows += centres[np.arange(at, at + len(rows)) % CLASSES]
            yield at, rows.astype(np.float16), None

    array.replace(parts())
    return bench.projects.get(name)


def after_a_label(bench: Workbench, project: Project, labels: int) -> Spread:
    """Return the seconds from a label, handed in, to scores on the disk, warm."""
    ids = [one["id"] for one in bench.labels.classes(project)]
    rows = bench.store.images.page_after(project.id, -1, labels + TIMES)
    bench.labels.label(project, [change(row, ids) for row in rows[:labels]])
    bench.heads.refit(project, strict=True)

    def once(row: Any) -> None:
        bench.labels.label(project, [change(row, ids)])
        bench.heads.refit(project, strict=True)

    return Spread.of([time_once(lambda row=row: once(row)) for row in rows[labels:]])  # type: ignore[misc]


def change(row: Any, ids: list[int]) -> LabelChange:
    """Return the label that is true of an image."""
    return LabelChange(row.id, ids[row.ordinal % CLASSES], "labelled")


def alone(bench: Workbench, project: Project) -> dict[str, Any]:
    """Compare the scores with the plain way, with another kernel, and with reading the bytes."""
    from sightline.heads import artifact

    head, _ = artifact.load(bench.projects.folder(project) / "head")
    array = bench.encoders.embeddings(project)
    assert array is not None
    n = bench.store.state.get(project.id).size

    def ours() -> object:
        return score(head, array.iter_chunks(n), n)

    peers: dict[str, Callable[[], object]] = {
        "reading the bytes": lambda: [
            rows.view(np.uint64).max() for _, rows, _ in array.iter_chunks(n)
        ],
        "astype and product": lambda: plain(array, n, head),
        "ONNX Runtime, cast and product": other_kernel(array, n, head),
    }
    found = {}
    for name, peer in peers.items():
        result = compare(f"scores against {name}", ours=ours, peer=peer, rounds=TIMES)
        show(result)
        found[f"scores against {name}"] = result.as_dict()
    return found


def plain(array: OrdinalArray, n: int, head: Head) -> object:
    """Convert and multiply as NumPy does, on as many threads as it likes."""
    return [
        rows[at : at + PLAIN_ROWS].astype(np.float32) @ head.weights
        for _, rows, _ in array.iter_chunks(n)
        for at in range(0, len(rows), PLAIN_ROWS)
    ]


def other_kernel(array: OrdinalArray, n: int, head: Head) -> Callable[[], object]:
    """Return what converts and multiplies by ONNX Runtime, on all cores."""
    import onnxruntime
    from onnx import TensorProto, helper

    rows = helper.make_tensor_value_info("x", TensorProto.FLOAT16, ["n", head.dim])
    weights = helper.make_tensor_value_info("w", TensorProto.FLOAT, [head.dim, "k"])
    out = helper.make_tensor_value_info("z", TensorProto.FLOAT, ["n", "k"])
    nodes = [
        helper.make_node("Cast", ["x"], ["y"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["y", "w"], ["z"]),
    ]
    graph = helper.make_graph(nodes, "scores", [rows, weights], [out])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )

    def run() -> object:
        return [
            session.run(None, {"x": piece, "w": head.weights})
            for _, chunk, _ in array.iter_chunks(n)
            for piece in pieces(chunk)
        ]

    return run


def pieces(rows: NDArray[Any]) -> list[NDArray[Any]]:
    """Return rows, some at a time."""
    return [rows[at : at + ORT_ROWS] for at in range(0, len(rows), ORT_ROWS)]


def at_large(bench: Workbench, size: int) -> tuple[Spread, float]:
    """Return the seconds after a label among a million, and memory over the embeddings' size."""
    began = time.monotonic()
    project = prepare(bench, "large", size, LARGE_DIM)
    print(f"{size:,} images made in {time.monotonic() - began:.0f} s", flush=True)
    before = memory(reset=True)
    took = after_a_label(bench, project, LABELS[1])
    return took, (memory() - before) / (size * LARGE_DIM * 2)
