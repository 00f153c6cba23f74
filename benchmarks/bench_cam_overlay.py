"""An answer with its overlay costs at most 1.3 times the answer, for networks with a linear head.

One picture of 640 x 480 as a frame of a camera would come, one thread, ONNX Runtime. "Answer" is
fitting the frame to the network's square and classifying it. "With the map" takes the feature map
out of the same run, weighs it by the winner's row and spreads it over the frame, as every narrated
frame does. "And a file" draws and packs the overlay besides, which is done only when a page asks
for it. Ratios are medians over rounds in which the sides take turns; processor time counts.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.harness import bar, compare, cpu_s, save, show
from sightline.app.streams.overlays import OverlayWish, painted, webp
from sightline.app.streams.records import packed
from sightline.core.cards import ModelCard
from sightline.core.preprocess import Preprocess
from sightline.imaging.preprocess import fit
from sightline.predict.heat import HeatClassifier, open_heat, over_frame
from sightline.predict.session import open_classifier

ROUNDS, TIMES = 11, 8
LIMIT = 1.3
NETWORKS = ("mobilenet_v2", "resnet18", "resnet50")


def main() -> dict[str, Any]:
    """Return the result; `passed` says whether every bar holds."""
    rows, passed = {}, True
    with tempfile.TemporaryDirectory() as folder:
        for name in NETWORKS:
            rows[name], fine = _case(name, Path(folder) / f"{name}.onnx")
            passed &= fine
    return save("cam_overlay", {"networks": rows, "passed": passed})


def _case(name: str, file: Path) -> tuple[dict[str, Any], bool]:
    _export(name, file)
    plain, told = open_classifier(file), open_heat(file)
    if told is None:
        raise RuntimeError(f"{name} has no linear head")
    frame = np.random.default_rng(0).integers(0, 255, (480, 640, 3), dtype=np.uint8)

    def answer() -> None:
        for _ in range(TIMES):
            plain.classify(fit(frame, plain.preprocess)[None])

    def with_map() -> None:
        for _ in range(TIMES):
            _heat(told, frame)

    def with_file() -> None:
        for _ in range(TIMES):
            heat = packed(_heat(told, frame))
            record = {"width": 640, "height": 480, "boxes": [], "heat": heat}
            webp(painted(record, OverlayWish()))

    made = compare(f"{name}: with the map", ours=with_map, peer=answer, rounds=ROUNDS, clock=cpu_s)
    drawn = compare(f"{name}: and a file", ours=with_file, peer=answer, rounds=ROUNDS, clock=cpu_s)
    show(made)
    show(drawn)
    fine = bar(f"{name}: answer and map", made.ratio, LIMIT, unit="x the answer")
    fine &= bar(f"{name}: answer and overlay", drawn.ratio, LIMIT, unit="x the answer")
    return {"map": made.as_dict(), "and file": drawn.as_dict()}, fine


def _heat(told: HeatClassifier, frame: Any) -> Any:
    _, heat = told.classify_with_heat(fit(frame, told.preprocess))
    if heat is None:
        raise RuntimeError("nothing speaks for the winner")
    return over_frame(heat, told.preprocess, (640, 480))


def _export(name: str, file: Path) -> None:
    import torch

    from sightline.export.onnx import export_net
    from sightline.nets.build import build

    torch.manual_seed(1)
    card = ModelCard(
        id=name,
        name=name,
        kind="classifier",
        format="torch",
        file="",
        blake3="",
        created_at="",
        preprocess=Preprocess(size=224),
        network=name,
        classes=tuple(str(one) for one in range(10)),
    )
    export_net(build(name, 10).eval(), card, file, serve=open_classifier)


if __name__ == "__main__":
    main()
