"""From a cold server to a first answer by ONNX: at most 1.2 CPU-s, no torch, 300 MB idle.

Ours is `sightline up` on a workspace with one model, started, asked over HTTP for its health and
for one prediction; then `sightline serve`, which needs no workbench. Beside them ONNX Runtime,
Pillow and numpy alone predict the same picture.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.bench_serve import mobilenet, small_photo, workspace_with
from benchmarks.harness import ROOT, Spread, bar, compare_values, save, show
from benchmarks.server import Server, Serving

BAR_S = 1.2
SERVE_BAR_S = 1.5
IDLE_BAR_MB = 300
ROUNDS = 5
PEER = """
import sys, time
from pathlib import Path
from benchmarks.bench_serve import floor, floor_session
floor(floor_session(Path(sys.argv[1])), Path(sys.argv[2]).read_bytes())
print(time.process_time())
"""


def main() -> dict[str, Any]:
    """Measure both and compare with the bars."""
    seen: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        model = mobilenet(Path(folder))
        workspace = workspace_with(model, Path(folder))
        data = small_photo()
        photo = Path(folder) / "photo.jpg"
        photo.write_bytes(data)

        def ours() -> float:
            with Server(workspace) as server:
                started = server.cpu_s()
                assert server.predict("bench", data)["label"]
                done = server.cpu_s()
                torch = float(server.health()["torch_loaded"])
                rss = server.rss_mb()
            seen.append({"started_s": started, "rss_mb": rss, "torch": torch})
            return done

        def peer() -> float:
            command = [sys.executable, "-c", PEER, str(model), str(photo)]
            ran = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
            return float(ran.stdout)

        def served() -> float:
            with Serving(workspace, "bench") as server:
                assert server.predict("bench", data)["label"]
                return server.cpu_s()

        serve_s = Spread.of([served() for _ in range(ROUNDS)])
        ours()
        seen.clear()
        result = compare_values("CPU from cold", ours=ours, peer=peer, rounds=ROUNDS, unit="CPU-s")
    show(result)
    started, memory = (Spread.of([one[key] for one in seen]) for key in ("started_s", "rss_mb"))
    print(f"of it until the first request was answered: {started.median:.2f} CPU-s")
    held = [
        bar("first prediction from cold", Spread.of(result.ours).median, BAR_S, unit="CPU-s"),
        bar("first prediction from a cold `serve`", serve_s.median, SERVE_BAR_S, unit="CPU-s"),
        bar("memory after it", memory.median, IDLE_BAR_MB, unit="MB"),
        bar("servers that loaded torch", sum(one["torch"] for one in seen), 0),
    ]
    return save(
        "cold",
        {
            "comparison": result.as_dict(),
            "started_s": started.as_dict(),
            "rss_mb": memory.as_dict(),
            "serve_s": serve_s.as_dict(),
            "passed": all(held),
        },
    )


if __name__ == "__main__":
    main()
