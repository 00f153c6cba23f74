"""From a cold process to a first answer by ONNX: at most 1.2 CPU-s, no torch, 300 MB idle.

A fresh interpreter imports the server, opens a model and predicts one picture; beside it one that
does the same with ONNX Runtime, Pillow and numpy alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.bench_serve import mobilenet, small_photo
from benchmarks.harness import ROOT, Comparison, Spread, bar, compare_values, save, show

BAR_S = 1.2
IDLE_BAR_MB = 300
ROUNDS = 5
REPORT = """
import json, resource
heavy = sorted({"torch", "torchvision", "sklearn", "onnx"} & set(sys.modules))
used = resource.getrusage(resource.RUSAGE_SELF)
try:
    pages = int(open("/proc/self/statm").read().split()[1])
    now = pages * resource.getpagesize() / 2**20
except OSError:
    now = used.ru_maxrss / 1024
print(json.dumps({"cpu_s": used.ru_utime + used.ru_stime, "rss_mb": now, "heavy": heavy}))
"""
OURS = """
import sys
from pathlib import Path
import sightline.server.main
from sightline.predict.pool import Predictor
from sightline.predict.rows import Picture
predictor = Predictor(threads=1)
row = predictor.submit(Path(sys.argv[1]), Picture("a", Path(sys.argv[2]))).result()
assert row["label"], row
"""
PEER = """
import sys
from pathlib import Path
from benchmarks.bench_serve import floor, floor_session
floor(floor_session(Path(sys.argv[1])), Path(sys.argv[2]).read_bytes())
"""


def run(script: str, model: Path, photo: Path) -> dict[str, Any]:
    """Run a script in a fresh interpreter and return what it reports."""
    command = [sys.executable, "-c", script + REPORT, str(model), str(photo)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> dict[str, Any]:
    """Measure both and compare with the bars."""
    reports: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        model = mobilenet(Path(folder))
        photo = Path(folder) / "photo.jpg"
        photo.write_bytes(small_photo())

        def ours() -> float:
            reports.append(run(OURS, model, photo))
            return float(reports[-1]["cpu_s"])

        def peer() -> float:
            return float(run(PEER, model, photo)["cpu_s"])

        ours()
        reports.clear()
        result: Comparison = compare_values("cold start", ours=ours, peer=peer, rounds=ROUNDS)
    show(result)
    heavy = sorted({name for one in reports for name in one["heavy"]})
    memory = Spread.of([one["rss_mb"] for one in reports])
    print(f"heavy imports: {', '.join(heavy) or 'none'}")
    held = [
        bar("first answer from cold", Spread.of(result.ours).median, BAR_S, unit="CPU-s"),
        bar("memory after it", memory.median, IDLE_BAR_MB, unit="MB"),
        bar("heavy imports", len(heavy), 0),
    ]
    return save(
        "cold",
        {
            "comparison": result.as_dict(),
            "rss_mb": memory.as_dict(),
            "heavy": heavy,
            "passed": all(held),
        },
    )


if __name__ == "__main__":
    main()
