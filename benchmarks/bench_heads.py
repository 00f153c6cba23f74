"""Training a head on 2,000 known crops costs at most 1.2 x scikit-learn's fit; embedding 1.1 x.

Fit: ours is the whole training of 2,000 crops whose vectors are kept (labels read, vectors found,
split, scaled, fitted with a look at what is held out, calibrated, measured) but the write; the peer
is scikit-learn's LogisticRegression on the same scaled rows with the same penalty and
tolerance, and nothing else.

Embedding: ours decodes pictures, cuts the boxes, encodes and keeps the vectors; the floor is the
encoder's own time on the same crops, cut beforehand, in as many threads.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.bench_serve import mobilenet
from benchmarks.harness import bar, compare, cores, cpu_s, save, show
from benchmarks.photos import photos
from sightline.app import open_workbench
from sightline.app.crop_heads.rows import CropRows, Pictured, Wanted
from sightline.core.cards import ModelCard
from sightline.core.preprocess import Preprocess
from sightline.curate.head.data import Samples, Scaling
from sightline.curate.head.spec import HeadSpec
from sightline.curate.head.split import held_out
from sightline.engines.onnx.engine import load_encoder
from sightline.heads.bundle import CropRule
from sightline.imaging.decode import decode
from sightline.imaging.header import read_header
from sightline.imaging.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.app.crop_heads.training import Lesson

FIT_BAR = 1.2
EMBED_BAR = 1.1
CROPS = 2_000
CLASSES = 20
DIM = 512
PICTURES = 48
BOXES = 8
ROUNDS = 15
RULE = Preprocess(size=224)


def world(folder: Path) -> tuple[Any, Any]:
    """Return a workbench and a project of 2,000 drawn boxes."""
    from PIL import Image

    rng = np.random.default_rng(0)
    pictures = folder / "pictures"
    pictures.mkdir()
    for n in range(CROPS // 10):
        Image.fromarray(rng.integers(0, 255, (64, 64, 3), np.uint8)).save(pictures / f"{n}.png")
        found = [(10 * n + at) % CLASSES for at in range(10)]
        lines = [
            f"{one} 0.5 0.5 {(one + 10) / 64} {0.3 + 0.05 * at}" for at, one in enumerate(found)
        ]
        (pictures / f"{n}.txt").write_text("\n".join(lines))
    bench = open_workbench(folder / "w", job_threads=1)
    bench.ingest(pictures, "crops", labels="none")
    names = [f"class {n}" for n in range(CLASSES)]
    bench.import_labels("crops", pictures, form="yolo", classes=names)
    return bench, bench.projects.get("crops")


class Blobs:
    """An encoder whose vectors lie as those of a network do; a crop's width tells its class.

    The share of the k-th principal axis falls as k^-0.8, which is what MobileNetV2's vectors of
    photographs do, and the axes are turned against the columns.
    """

    key = "blobs"
    dim = DIM
    min_side_px = 1

    def __init__(self) -> None:
        self._rng = np.random.default_rng(1)
        turned, _ = np.linalg.qr(self._rng.normal(size=(DIM, DIM)))
        self._axes = np.arange(1, DIM + 1)[:, None] ** -0.4 * turned
        self._centres = 0.5 * self._rng.normal(size=(CLASSES, DIM))

    def encode(self, images: Any) -> Any:
        """Return a row for each picture."""
        classes = [min(max(one.shape[1] - 10, 0), CLASSES - 1) for one in images]
        rows = self._rng.normal(size=(len(images), DIM)) + self._centres[classes]
        return (rows @ self._axes).astype(np.float32)


def fit_ratio(folder: Path) -> Any:
    """Compare a training with scikit-learn's fit."""
    from sklearn.linear_model import LogisticRegression

    bench, project = world(folder)
    spec = HeadSpec(name="bench", padding=0)
    training = bench.head_training
    blobs = Blobs()
    training._encoders.encoder = lambda *_, **__: blobs  # noqa: SLF001
    first: Lesson = training.lesson(project, spec)
    samples: Samples = first.samples.checked()
    out = held_out(samples.groups, samples.y, share=spec.val_share, seed=spec.seed)
    taught = samples.of(~out)
    rows = Scaling.of("standard", taught.rows).apply(taught.rows)

    def ours() -> object:
        return training.train(project, spec)

    def peer() -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return LogisticRegression(C=spec.c, tol=spec.tol, max_iter=spec.max_iter).fit(
                rows, taught.y
            )

    bench.crop_heads.keep = lambda bundle, name, **_: {"id": name, "bytes": bundle.dim}
    result = compare("fit", ours=ours, peer=peer, rounds=ROUNDS, clock=cpu_s)
    bench.close()
    return result


def small_photos(folder: Path) -> list[Path]:
    """Return photographs of 640 x 480, the size of those in most data sets of objects."""
    from PIL import Image

    folder.mkdir()
    for path in sorted(photos(PICTURES).glob("*.jpg")):
        Image.open(path).resize((640, 480)).save(folder / path.name, quality=90)
    return sorted(folder.iterdir())


def embed_ratio(folder: Path) -> Any:
    """Compare embedding crops with encoding crops that are cut already."""
    file = mobilenet(folder)
    card = ModelCard(
        id="m",
        name="m",
        kind="encoder",
        format="onnx",
        file=file.name,
        blake3="",
        created_at="",
        preprocess=RULE,
        outputs={"embedding": "embedding"},
    )
    encoder = load_encoder(path=file, card=card)
    rule, rng = CropRule(padding=0.1), np.random.default_rng(0)
    wanted = []
    for path in small_photos(folder / "photos"):
        header = read_header(path)
        size = np.array([header.width, header.height])
        low = rng.random((BOXES, 2)) * size * 0.6
        boxes = np.concatenate([low, low + size * (0.15 + 0.2 * rng.random((BOXES, 2)))], axis=1)
        wanted.append(Wanted(Pictured(path, path.name, (header.width, header.height)), boxes))
    cut = []
    for one in wanted:
        image = decode(one.picture.path)
        rects = rule.rects(one.boxes, one.picture.size)
        cut.append([image[y1:y2, x1:x2].copy() for x1, y1, x2, y2 in rects])
    threads = max(1, cores() - 1)
    rounds = iter(range(1_000))

    def ours() -> object:
        crops = CropRows(folder / "crops" / str(next(rounds)), lambda: DEFAULT_LIMITS)
        found = crops.many(encoder, wanted, rule, threads=threads)
        assert found.encoded == PICTURES * BOXES
        return found

    def floor() -> object:
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(encoder.encode, cut))

    return compare("embed", ours=ours, peer=floor, rounds=ROUNDS, clock=cpu_s)


def main() -> dict[str, Any]:
    """Measure both."""
    found: dict[str, Any] = {}
    passed = True
    parts: tuple[tuple[str, Callable[[Path], Any], float], ...] = (
        ("fit", fit_ratio, FIT_BAR),
        ("embed", embed_ratio, EMBED_BAR),
    )
    for name, work, limit in parts:
        folder = Path(tempfile.mkdtemp(prefix="bench-heads-"))
        try:
            result = work(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        show(result)
        passed = bar(name, result.ratio, limit) and passed
        found[name] = result.as_dict()
    return save("heads", found | {"passed": passed})
