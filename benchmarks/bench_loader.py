"""From the second epoch on a training reads ten times as fast as PIL, and faster than it learns.

Photographs of 1600 x 1200 are read as a training does, in batches, by threads, from the cache that
the first epoch made on disk; nothing is kept in memory. The peer opens each JPEG with PIL, decodes
it whole and resizes it. Both in processor time, taking turns. Then mobilenet_v3_small trains on the
same thread, and the pictures a second of both are compared, also for the first epoch.
"""

from __future__ import annotations

import io
import shutil
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from benchmarks.harness import Comparison, bar, compare, cpu_s, save, show
from benchmarks.photos import encoded, motif
from sightline.core.preprocess import Preprocess
from sightline.core.samples import Sample

if TYPE_CHECKING:
    from sightline.core.arrays import U8

WIDTH, HEIGHT, COUNT, MOTIFS, PX, BATCH = 1600, 1200, 64, 8, 224, 16
RULE = Preprocess(size=PX)
ROUNDS, STEPS, WORKERS = 5, 6, 2
FASTER, AHEAD = 10.0, 1.5


def photographs(folder: Path) -> tuple[Sample, ...]:
    """Write the pictures; each has bytes of its own."""
    base = []
    for seed in range(MOTIFS):
        file = io.BytesIO(encoded(motif(seed)))
        file = resized(Image.open(file))
        base.append(file.getvalue())
    rows = []
    for i in range(COUNT):
        path, data = folder / f"{i}.jpg", base[i % MOTIFS]
        note = f"{i}".encode()
        path.write_bytes(
            data[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note + data[2:]
        )
        rows.append(Sample(i, path, 0, i % 4, "train", f"bench{i}"))
    return tuple(rows)


def resized(image: Image.Image) -> io.BytesIO:
    """Return a picture at the size of the bench, as a JPEG of a camera's quality."""
    file = io.BytesIO()
    image.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC).save(file, "JPEG", quality=88)
    return file


def groups() -> list[Any]:
    """Return the batches of an epoch."""
    order = np.random.default_rng(0).permutation(COUNT)
    return [order[i : i + BATCH] for i in range(0, COUNT, BATCH)]


def whole(rows: tuple[Sample, ...]) -> list[U8]:
    """Read as one does without a draft: decode all of it, then resize."""
    batches = []
    for group in groups():
        images = []
        for i in group:
            with Image.open(rows[i].path) as image:
                images.append(np.asarray(image.convert("RGB").resize((PX, PX))))
        batches.append(np.stack(images))
    return batches


def epoch(rows: tuple[Sample, ...], cache: Any, workers: int) -> float:
    """Read an epoch as a training does; return the wall seconds."""
    from sightline.train.data import Pixels

    one = Pixels(rows, RULE, workers=workers, memory_mb=0, cache=cache)
    with closing(one) as pixels:
        began = time.perf_counter()
        for _ in pixels.stream(groups()):
            pass
        return time.perf_counter() - began


def training() -> float:
    """Return the seconds that mobilenet_v3_small takes to learn from a picture, one thread."""
    import torch

    from sightline.nets.build import build
    from sightline.train.memory import keep_freed_memory

    keep_freed_memory()
    torch.set_num_threads(1)
    net: Any = build("mobilenet_v3_small", 4)
    net.to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.AdamW(net.parameters(), foreach=True)
    x = torch.randn(BATCH, 3, PX, PX).contiguous(memory_format=torch.channels_last)
    y = torch.zeros(BATCH, dtype=torch.long)
    taken = []
    for _ in range(STEPS):
        began = time.process_time()
        loss: Any = torch.nn.functional.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        taken.append((time.process_time() - began) / BATCH)
    return min(taken)


def main() -> dict[str, Any]:
    """Compare reading with decoding, and with learning."""
    from sightline.train.cache import PixelCache

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = photographs(folder)
        cache = PixelCache(folder / "cache", 1 << 30, reserve_bytes=0)
        first: list[float] = []
        for _ in range(ROUNDS):
            shutil.rmtree(cache.root, ignore_errors=True)
            began = cpu_s()
            epoch(rows, cache, WORKERS)
            first.append((cpu_s() - began) / COUNT)
        result = compare(
            "second epoch, from the cache, over PIL's full decode",
            ours=lambda: epoch(rows, cache, WORKERS),
            peer=lambda: whole(rows),
            rounds=ROUNDS,
            clock=cpu_s,
        )
    show(result)
    learning = training()
    return report(result, learning, statistics.median(first))


def report(result: Comparison, learning: float, first: float) -> dict[str, Any]:
    """Print the bars; return what is saved. Seconds are processor time of a picture."""
    reading = statistics.median(result.ours) / COUNT
    times, ahead = 1 / result.ratio, learning / reading
    print(
        f"first epoch: {1e3 * first:.2f} CPU-ms a picture, {learning / first:.2f} x learning's rate"
    )
    held = [
        bar("times PIL's full decode", times, FASTER, at_most=False),
        bar("times mobilenet_v3_small's training, per core", ahead, AHEAD, at_most=False),
    ]
    figures = {
        "comparison": result.as_dict(),
        "times_full_decode": times,
        "times_training": ahead,
        "first_epoch_times_training": learning / first,
        "training_ms": 1e3 * learning,
        "reading_ms": 1e3 * reading,
        "first_epoch_ms": 1e3 * first,
    }
    return save("loader", figures | {"passed": all(held)})


if __name__ == "__main__":
    main()
