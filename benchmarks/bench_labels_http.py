"""Eight HTTP clients write durable labels: p99 <= 15 ms, worst <= 100 ms, fair within 1.5 x.

Each client is a process of its own that labels its own pictures, one change per request, as fast
as it is answered; an answer means that the label is on the disk. Beside it stands what the disk
itself takes for an fsync, alone and with eight writers. Nothing may be lost: at the end the
versions in the database are those that the clients were told.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.harness import bar, percentile, save
from benchmarks.rows import fill
from benchmarks.server import Server

CLIENTS = 8
IMAGES_EACH = 200
SECONDS = 8.0
WARM_UP_S = 1.0
FSYNCS = 300
PROJECT = "labels"


def main() -> dict[str, Any]:
    """Measure, print, save."""
    from sightline.app import open_workbench

    folder = os.environ.get("SIGHTLINE_BENCH_DIR")
    with tempfile.TemporaryDirectory(dir=folder) as temp:
        workspace = Path(temp) / "workspace"
        with open_workbench(workspace) as bench:
            project = fill(bench, PROJECT, CLIENTS * IMAGES_EACH)
            bench.projects.save_settings(project, {"auto_refit": False})
            label = bench.labels.add_class(project, "cat")["id"]
            ids = [row.id for row in bench.store.images.page_after(project.id, -1, 10_000)]
        alone, together = fsync_ms(Path(temp), 1), fsync_ms(Path(temp), CLIENTS)
        with Server(workspace) as server:
            before_s = server.cpu_s()
            clients = run_clients(server.port, label, ids)
            cpu_s = server.cpu_s() - before_s
        lost = count_lost(workspace, clients)
    return report(clients, alone, together, cpu_s, lost)


def run_clients(port: int, label: int, ids: list[int]) -> list[dict[str, Any]]:
    """Let eight processes write at the same time; return what each was answered."""
    context = multiprocessing.get_context("spawn")
    start_at = time.time() + 2.0
    work = [(port, label, ids[number::CLIENTS], start_at) for number in range(CLIENTS)]
    with context.Pool(CLIENTS) as pool:
        return pool.starmap(client, work, chunksize=1)


def client(port: int, label: int, ids: list[int], start_at: float) -> dict[str, Any]:
    """Label over one connection until the time is up; return latencies (ms) and versions."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    link.connect()
    versions = dict.fromkeys(ids, 0)
    latencies = []
    time.sleep(max(0.0, start_at - time.time()))
    began = time.perf_counter()
    number = 0
    while (now := time.perf_counter()) - began < WARM_UP_S + SECONDS:
        image_id = ids[number % len(ids)]
        number += 1
        change = {"image_id": image_id, "version": versions[image_id], "class_id": label}
        body = json.dumps({"changes": [change]})
        headers = {"Content-Type": "application/json"}
        link.request("POST", f"/api/projects/{PROJECT}/labels", body, headers)
        answer = link.getresponse()
        text = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{answer.status} {text[:500]!r}")
        if now - began >= WARM_UP_S:
            latencies.append((time.perf_counter() - now) * 1000)
        versions[image_id] = json.loads(text)["images"][0]["version"]
    return {"latencies": latencies, "versions": versions, "asked": number}


def fsync_ms(folder: Path, writers: int) -> list[float]:
    """Return how long appending 4 KB and fsync take, milliseconds, with so many files at once."""

    def write(number: int) -> list[float]:
        taken = []
        with (folder / f"fsync-{writers}-{number}").open("wb", buffering=0) as file:
            for _ in range(FSYNCS // writers):
                began = time.perf_counter()
                file.write(os.urandom(4096))
                os.fsync(file.fileno())
                taken.append((time.perf_counter() - began) * 1000)
        return taken

    with ThreadPoolExecutor(writers) as pool:
        return [one for taken in pool.map(write, range(writers)) for one in taken]


def count_lost(workspace: Path, clients: list[dict[str, Any]]) -> int:
    """Return how many images have another version than their client was told."""
    from sightline.app import open_workbench

    with open_workbench(workspace) as bench:
        rows = bench.store.images.page_after(bench.projects.get(PROJECT).id, -1, 10_000)
    told = {key: version for one in clients for key, version in one["versions"].items()}
    return sum(told[row.id] != row.version for row in rows)


def report(
    clients: list[dict[str, Any]],
    alone: list[float],
    together: list[float],
    cpu_s: float,
    lost: int,
) -> dict[str, Any]:
    """Print the figures beside their bars and write them down."""
    every = [one for answers in clients for one in answers["latencies"]]
    counts = [len(answers["latencies"]) for answers in clients]
    figures = {
        "labels": len(every),
        "labels_per_s": len(every) / SECONDS,
        "p50_ms": percentile(every, 50),
        "p99_ms": percentile(every, 99),
        "worst_ms": max(every),
        "fairness": max(counts) / min(counts),
        "lost": lost,
        "server_cpu_ms_per_label": cpu_s * 1000 / sum(one["asked"] for one in clients),
        "fsync_alone_p99_ms": percentile(alone, 99),
        "fsync_together_p99_ms": percentile(together, 99),
    }
    print("  ".join(f"{key} {value:.4g}" for key, value in figures.items()))
    held = [
        bar("p99 of a durable label", figures["p99_ms"], 15, unit="ms"),
        bar("worst of a durable label", figures["worst_ms"], 100, unit="ms"),
        bar("busiest client over slowest", figures["fairness"], 1.5),
        bar("labels lost", lost, 0),
    ]
    ratio = figures["p99_ms"] / figures["fsync_together_p99_ms"]
    print(f"p99 is {ratio:.2f} x the disk's own fsync p99 with {CLIENTS} writers")
    return save("labels_http", {**figures, "ratio_to_fsync": ratio, "passed": all(held)})


if __name__ == "__main__":
    sys.exit(0 if main()["passed"] else 1)
