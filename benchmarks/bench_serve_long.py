"""100,000 requests leave the memory of `sightline serve` as it was.

The graph is small, so that the run is about requests: connections, bodies, pictures, queue, rows,
metrics. Memory is read after the first tenth and at the end; one request in a hundred is broken.
Takes minutes.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from benchmarks.bench_serve import random_net, small_photo, workspace_with
from benchmarks.harness import bar, save
from benchmarks.load import load
from benchmarks.server import Serving
from sightline.core.preprocess import Preprocess

REQUESTS = 100_000
CLIENTS = 8
BAR_MB = 5.0
PX = 64


def small_net(folder: Path) -> Path:
    """Export a small network with random weights."""
    return random_net("small_cnn", Preprocess(size=PX), "abc", folder)


def main() -> dict[str, Any]:
    """Send them and compare memory."""
    data = small_photo()
    seen: list[float] = []
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        workspace = workspace_with(small_net(Path(folder)), Path(folder))
        with Serving(workspace, "bench") as server:
            for part in range(10):
                ask = REQUESTS // 10
                good = load(
                    server.port, "/v1/predict", data, clients=CLIENTS, requests=ask * 99 // 100
                )
                bad = load(
                    server.port, "/v1/predict", b"no picture", clients=CLIENTS, requests=ask // 100
                )
                failed += ask * 99 // 100 - good.statuses.get(200, 0)
                failed += ask // 100 - bad.statuses.get(422, 0)
                seen.append(server.rss_mb())
                print(f"{(part + 1) * ask:,} requests: {seen[-1]:.1f} MB, {good.wall_s:.0f} s")
    held = [
        bar("growth from the first tenth on", seen[-1] - seen[0], BAR_MB, unit="MB"),
        bar("requests that failed", failed, 0),
    ]
    return save("serve_long", {"requests": REQUESTS, "rss_mb": seen, "passed": all(held)})


if __name__ == "__main__":
    main()
