"""Serving a 16 KB JPEG with MobileNetV2 costs at most 1.15 x decoding it and running the graph.

Both sides answer from the bytes of one file with the same ONNX graph on one-thread sessions. The
floor is what no server can do without: Pillow decodes and resizes, ONNX Runtime runs. Ours is
measured three times: through the pool (admission, queue, open model, row), as the processor time of
a server that gets the picture over HTTP as the page sends it, and as that of `sightline serve`.

Then 16 clients ask `serve` at once, which has two threads on two cores. In an ideal queue, first
come first served without any overhead, each waits 16 / 2 times what the floor takes; the slowest
of a hundred may wait three times as long.
"""

from __future__ import annotations

import io
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from benchmarks.harness import (
    Comparison,
    bar,
    compare,
    compare_values,
    cores,
    cpu_s,
    percentile,
    save,
    show,
    time_once,
    wall_s,
)
from benchmarks.load import load
from benchmarks.photos import motif
from benchmarks.server import Server, Serving
from sightline.core.preprocess import Preprocess

if TYPE_CHECKING:
    from collections.abc import Sequence

BAR = 1.15
BYTES = 16_000
PICTURES = 40
ROUNDS = 15
CLASSES = 10
CLIENTS = 16
THREADS = 2
ASKED = 1_600
TAIL_BAR = 3.0


def small_photo() -> bytes:
    """Return a 320 x 240 JPEG of about 16 KB."""
    picture = motif(7).resize((320, 240), Image.Resampling.LANCZOS)
    best = b""
    for quality in range(30, 96):
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=quality)
        if len(buffer.getvalue()) > BYTES:
            break
        best = buffer.getvalue()
    return best


def mobilenet(folder: Path) -> Path:
    """Export a mobilenet_v2 at 224 px with random weights through the gate."""
    rule = Preprocess(size=224, resize="crop", resize_px=256)
    return random_net(
        "mobilenet_v2", rule, [f"class {number}" for number in range(CLASSES)], folder
    )


def random_net(network: str, rule: Preprocess, classes: Sequence[str], folder: Path) -> Path:
    """Export a network with random weights through the gate."""
    import torch

    from sightline.core.cards import ModelCard
    from sightline.export.onnx import export_net
    from sightline.nets.build import build
    from sightline.predict.session import open_classifier

    torch.manual_seed(0)
    card = ModelCard(
        id="bench",
        name=network,
        kind="classifier",
        format="torch",
        file="weights.safetensors",
        blake3="",
        created_at="2026-01-01T00:00:00.000Z",
        network=network,
        preprocess=rule,
        classes=tuple(classes),
    )
    net = build(network, len(classes)).eval()
    return export_net(net, card, folder / "model.onnx", serve=open_classifier).path


def workspace_with(model: Path, folder: Path) -> Path:
    """Return a workspace whose only model, `bench`, is that file."""
    from sightline.store.model_plan import ImportOptions
    from sightline.store.models import ModelStore

    workspace = folder / "workspace"
    ModelStore(workspace / "models").add_file(model, ImportOptions(name="bench"))
    return workspace


def floor_session(model: Path) -> Any:
    """Open a plain one-thread session that does not spin."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def floor(session: Any, data: bytes) -> Any:
    """Decode, resize, crop and run; nothing else."""
    file = Image.open(io.BytesIO(data))
    file.draft("RGB", (256, 256))
    picture = file.convert("RGB")
    scale = 256 / min(picture.size)
    wide, high = (round(side * scale) for side in picture.size)
    picture = picture.resize((wide, high), Image.Resampling.BILINEAR)
    left, top = (wide - 224) // 2, (high - 224) // 2
    pixels = np.asarray(picture.crop((left, top, left + 224, top + 224)))[None]
    return session.run(["probabilities"], {"image": pixels})[0][0]


def through_http(model: Path, folder: Path, session: Any, data: bytes) -> Comparison:
    """Compare the processor time of a server with the floor's, per round of PICTURES."""
    with Server(workspace_with(model, folder)) as server:

        def ours() -> float:
            before = server.cpu_s()
            for _ in range(PICTURES):
                server.predict("bench", data)
            return server.cpu_s() - before

        def peer() -> float:
            return time_once(lambda: [floor(session, data) for _ in range(PICTURES)], cpu_s)

        ours()
        peer()
        name = "CPU per picture over HTTP"
        return compare_values(name, ours=ours, peer=peer, rounds=ROUNDS)


def through_serve(workspace: Path, session: Any, data: bytes) -> Comparison:
    """Compare the processor time of `serve` with the floor's, per round of PICTURES."""
    with Serving(workspace, "bench") as server:

        def ours() -> float:
            before = server.cpu_s()
            for _ in range(PICTURES):
                server.predict("bench", data)
            return server.cpu_s() - before

        def peer() -> float:
            return time_once(lambda: [floor(session, data) for _ in range(PICTURES)], cpu_s)

        ours()
        peer()
        return compare_values("CPU per picture by `serve`", ours=ours, peer=peer, rounds=ROUNDS)


def tail(workspace: Path, session: Any, data: bytes) -> dict[str, Any]:
    """Return how long the slowest of a hundred wait, against the mean of an ideal queue."""
    with Serving(workspace, "bench", "--threads", str(THREADS)) as server:
        server.pin(range(THREADS))
        floor_s = [time_once(lambda: floor(session, data), wall_s) for _ in range(PICTURES)]
        seen = load(server.port, "/v1/predict", data, clients=CLIENTS, requests=ASKED, skip=5)
    ideal_s = CLIENTS / THREADS * percentile(floor_s, 50)
    return {
        "p99_s": percentile(seen.seconds, 99),
        "mean_s": sum(seen.seconds) / len(seen.seconds),
        "ideal_mean_s": ideal_s,
        "ratio": percentile(seen.seconds, 99) / ideal_s,
        "statuses": seen.statuses,
        "per_s": ASKED / seen.wall_s,
    }


def through_pool(model: Path, session: Any, data: bytes) -> tuple[Comparison, Comparison, float]:
    """Compare CPU with one client, wall time with many; also return how answers differ."""
    from sightline.predict.pool import Predictor
    from sightline.predict.rows import Picture

    picture = Picture("photo.jpg", data)
    threads = cores()
    predictor = Predictor(threads=threads, queue_limit=PICTURES)
    row = predictor.submit(model, picture).result()
    gap = float(abs(max(floor(session, data)) - row["probability"]))
    one = compare(
        "CPU per picture through the pool",
        ours=lambda: [predictor.submit(model, picture).result() for _ in range(PICTURES)],
        peer=lambda: [floor(session, data) for _ in range(PICTURES)],
        rounds=ROUNDS,
        clock=cpu_s,
    )
    with ThreadPoolExecutor(threads) as pool:
        many = compare(
            f"wall time of {PICTURES} pictures on {threads} threads",
            ours=lambda: list(predictor.predict(model, [picture] * PICTURES)),
            peer=lambda: list(pool.map(lambda _: floor(session, data), range(PICTURES))),
            rounds=ROUNDS,
            clock=wall_s,
        )
    predictor.close()
    return one, many, gap


def main() -> dict[str, Any]:
    """Measure CPU per picture one at a time, the throughput of all cores, and a server."""
    data = small_photo()
    with tempfile.TemporaryDirectory() as folder:
        model = mobilenet(Path(folder))
        session = floor_session(model)
        one, many, gap = through_pool(model, session, data)
        http = through_http(model, Path(folder), session, data)
        workspace = workspace_with(model, Path(folder) / "served")
        served = through_serve(workspace, session, data)
        waits = tail(workspace, session, data)
    print(f"photo of {len(data):,} bytes, {PICTURES} per round; answers differ by {gap:.1e}")
    for result in (one, many, http, served):
        show(result)
    print(
        f"{CLIENTS} clients, {THREADS} threads: {waits['per_s']:.0f} a second, mean "
        f"{1e3 * waits['mean_s']:.1f} ms, p99 {1e3 * waits['p99_s']:.1f} ms, ideal mean "
        f"{1e3 * waits['ideal_mean_s']:.1f} ms"
    )
    held = [
        bar("through the pool, CPU over the floor", one.ratio, BAR, unit="x"),
        bar("over HTTP, CPU over the floor", http.ratio, BAR, unit="x"),
        bar("by `serve`, CPU over the floor", served.ratio, BAR, unit="x"),
        bar("p99 at 16 clients over the ideal mean", waits["ratio"], TAIL_BAR, unit="x"),
        bar("requests of 16 clients that failed", ASKED - waits["statuses"].get(200, 0), 0),
        bar("difference of answers", gap, 1e-3),
    ]
    return save(
        "serve",
        {
            "jpeg_bytes": len(data),
            "pictures_per_round": PICTURES,
            "pool_cpu": one.as_dict(),
            "pool_wall": many.as_dict(),
            "http_cpu": http.as_dict(),
            "serve_cpu": served.as_dict(),
            "clients": waits,
            "passed": all(held),
        },
    )


if __name__ == "__main__":
    main()
