"""Embedding costs at most 1.15 x decoding the files and running the network on them.

Both sides take the same JPEGs from the disk with the same number of threads. The floor is what
nobody can do without: Pillow decodes (at a fraction of the size where that will do), resizes and
crops, ONNX Runtime runs the same graph, one picture at a time. Ours is what a job does: the one
path from files to upright pixels with its limits and checks, the encoder, rows in half precision
written to the store's array. The same is shown for the built-in encoder, whose floor is its own
arithmetic on decoded pictures.
"""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from benchmarks.bench_serve import mobilenet
from benchmarks.harness import Comparison, bar, compare, cores, cpu_s, save, show, wall_s
from benchmarks.photos import photos
from sightline.core.cards import ModelCard
from sightline.core.preprocess import Preprocess
from sightline.curate.embed import Item, embed
from sightline.engines.hog.engine import HogEncoder
from sightline.engines.onnx.engine import load_encoder
from sightline.imaging.preprocess import normalise
from sightline.store.arrays import ArrayStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.core.ports import Encoder

BAR = 1.15
PICTURES = 96
ROUNDS = 7
RULE = Preprocess(size=224, resize="crop", resize_px=256)


def decoded(path: Path, short: int) -> Image.Image:
    """Return a JPEG as RGB, at least `short` pixels on its short side."""
    image = Image.open(path)
    scale = short / min(image.size)
    image.draft("RGB", (round(image.width * scale), round(image.height * scale)))
    return image.convert("RGB")


def squared(path: Path) -> np.ndarray:
    """Return (224, 224, 3): the short side to 256, then the centre."""
    image = decoded(path, 256)
    scale = 256 / min(image.size)
    image = image.resize(
        (round(image.width * scale), round(image.height * scale)), Image.Resampling.BILINEAR
    )
    left, top = (image.width - 224) // 2, (image.height - 224) // 2
    return np.asarray(image.crop((left, top, left + 224, top + 224)))


def floor_of_network(file: Path, paths: list[Path], threads: int) -> Callable[[], object]:
    """Return what decodes and runs the graph, and nothing else."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    port = session.get_inputs()[0]

    def one(path: Path) -> object:
        pixels = squared(path)[None]
        given = pixels if port.type == "tensor(uint8)" else normalise(pixels, RULE)
        return session.run(["embedding"], {port.name: given})

    return lambda: in_threads(one, paths, threads)


def floor_of_hog(paths: list[Path], threads: int) -> Callable[[], object]:
    """Return what decodes and describes, and nothing else."""
    encoder = HogEncoder()

    def one(path: Path) -> object:
        return encoder.encode([np.asarray(decoded(path, encoder.min_side_px))])

    return lambda: in_threads(one, paths, threads)


def in_threads(one: Callable[[Path], object], paths: list[Path], threads: int) -> object:
    """Do it for each path."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, paths))


def ours(encoder: Encoder, items: list[Item], store: ArrayStore, threads: int) -> Any:
    """Return what embeds into a new array."""

    def work() -> None:
        array = store.open(1, "embedding", encoder.key, dtype=np.float16, row_shape=(encoder.dim,))
        made = embed(encoder, items, array.write, threads=threads)
        assert made.done == len(items), made.failures[:1]
        array.delete()

    return work


def measured(
    name: str, work: Callable[[], object], floor: Callable[[], object]
) -> dict[str, Comparison]:
    """Compare both sides by processor time and by the clock, and print images a second."""
    found = {}
    for what, clock in (("cpu", cpu_s), ("wall", wall_s)):
        result = compare(f"{name}, {what}", ours=work, peer=floor, rounds=ROUNDS, clock=clock)
        show(result)
        found[what] = result
    seconds = sorted(found["wall"].ours)[ROUNDS // 2]
    print(f"{name}: {PICTURES / seconds:,.0f} images a second with {cores()} cores")
    return found


def main() -> dict[str, Any]:
    """Measure the built-in encoder and a MobileNetV2."""
    threads = max(1, cores() - 1)
    with tempfile.TemporaryDirectory() as temp:
        folder = Path(temp)
        paths = sorted(photos(PICTURES).glob("*.jpg"))
        items = [Item(number, path) for number, path in enumerate(paths)]
        file = mobilenet(folder)
        card = ModelCard(
            id="bench",
            name="mobilenet_v2",
            kind="encoder",
            format="onnx",
            file=file.name,
            blake3="0" * 64,
            created_at="2026-01-01T00:00:00.000Z",
            preprocess=RULE,
            outputs={"embedding": "embedding"},
        )
        store = ArrayStore(folder / "arrays")
        network = measured(
            "mobilenet_v2",
            ours(load_encoder(path=file, card=card), items, store, threads),
            floor_of_network(file, paths, threads),
        )
        hog = measured(
            "hog", ours(HogEncoder(), items, store, threads), floor_of_hog(paths, threads)
        )
        store.close()
    passed = bar("mobilenet_v2: embedding / floor, CPU", network["cpu"].ratio, BAR, unit="x")
    figures = {
        name: {what: one.as_dict() for what, one in both.items()}
        for name, both in (("mobilenet_v2", network), ("hog", hog))
    }
    return save("embed", {"pictures": PICTURES, **figures, "passed": passed})
