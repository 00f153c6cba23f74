"""What the making of every form shares: the float graph, the pictures, the figures."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.app.forms.pixels import answers, fitted
from sightline.app.forms.sets import truth
from sightline.export import latency
from sightline.export.compare import FEW, compare
from sightline.export.graph import serving_graph
from sightline.export.latency import Side
from sightline.predict.openers import open_model

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sightline.app.forms.sets import Sets
    from sightline.app.forms.wish import FormWish
    from sightline.core.arrays import F32, U8
    from sightline.core.cards import ModelCard
    from sightline.core.ports import Classifier
    from sightline.core.preprocess import Preprocess
    from sightline.core.progress import Progress
    from sightline.export.compare import Truth
    from sightline.export.probes import Probe


class Eager:
    """A network in torch, asked as it stands, as its exports are: uint8 in, probabilities out."""

    def __init__(self, net: Any, card: ModelCard) -> None:
        self._graph = serving_graph(net, card)
        self.classes: tuple[str, ...] = card.classes
        self.preprocess: Preprocess = card.preprocess
        self.threads = 1

    def classify(self, images: U8) -> F32:
        """Return (N, K) probabilities for (N, size, size, 3) RGB."""
        import torch

        if torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)
        with torch.inference_mode():
            found: F32 = self._graph(torch.from_numpy(images))[0].numpy()
        return found

    def side(self, threads: int) -> Side:
        """Return it as a side of a measurement."""

        def answer(picture: U8) -> object:
            self.threads = threads
            return self.classify(picture)

        return Side("torch", threads, answer)


@dataclass(slots=True)
class Judge:
    """The pictures that judge, fitted, and what the source says of them."""

    truth: Truth
    pixels: U8
    before: F32

    def __len__(self) -> int:
        """Return how many pictures there are."""
        return len(self.truth)


@dataclass(slots=True)
class Work:
    """An export in progress."""

    card: ModelCard
    wish: FormWish
    folder: Path
    """For files on the way; gone afterwards."""
    graph: Path
    """The source as a float32 ONNX file."""
    net: Any
    """The source in torch; None where it is an ONNX file itself."""
    sets: Sets | None
    probes: Sequence[Probe]
    limit: float
    """Points that may be lost."""
    progress: Progress

    def judge(self, reference: Classifier) -> Judge | None:
        """Return the pictures that judge with the answers of a reference; None: there are none."""
        rows = self.sets.judged if self.sets is not None else ()
        if self.sets is None or not rows:
            return None
        pixels, kept = fitted(
            rows,
            self.card.preprocess,
            self.folder / "judged.npy",
            self.progress,
            "reading the pictures that judge",
        )
        if not kept:
            return None
        known = truth(self.card, self.sets.split, kept)
        return Judge(
            known, pixels, answers(reference, pixels, self.progress, "judging the original")
        )

    def judged(self, judge: Judge | None, after: F32 | None) -> dict[str, Any] | None:
        """Return both sides' figures; None where nothing judges."""
        if judge is None or after is None:
            return None
        return compare(judge.truth, judge.before, after) | {"limit": self.limit}

    def reference(self) -> Classifier:
        """Return the source: in torch where it is trained here, else the ONNX file."""
        return self.graph_model() if self.net is None else Eager(self.net, self.card)

    def graph_model(self, threads: int = 1) -> Classifier:
        """Return the source as its float32 ONNX file answers."""
        return open_model(self.graph, self.card, threads=threads)

    def timed(self, file: Path, card: ModelCard) -> dict[str, Any]:
        """Return what a picture costs in this form, in the float graph and in torch."""
        side = self.card.preprocess.size
        picture = np.random.default_rng(0).integers(0, 256, (1, side, side, 3), dtype=np.uint8)
        rows: list[dict[str, Any]] = []
        with self._threads_kept():
            for threads in latency.threads_here():
                sides = self._sides(file, card, threads)
                rows += latency.measure(sides, picture, self.progress)
        mine = "onnx" if self.wish.plain else "this"
        return {
            "rows": rows,
            "over_torch": latency.ratio(rows, mine, "torch"),
            "over_onnx": latency.ratio(rows, mine, "onnx"),
        }

    def _sides(self, file: Path, card: ModelCard, threads: int) -> list[Side]:
        sides = [Side("onnx", threads, self.graph_model(threads).classify)]
        if not self.wish.plain:
            model = open_model(file, card, threads=threads)
            sides.append(Side("this", threads, model.classify))
        if self.net is not None:
            sides.append(Eager(self.net, self.card).side(threads))
        return sides

    @contextmanager
    def _threads_kept(self) -> Iterator[None]:
        """Leave torch the threads that it had."""
        if self.net is None:
            yield
            return
        import torch

        before = torch.get_num_threads()
        try:
            yield
        finally:
            torch.set_num_threads(before)

    def notes(self, judge: Judge | None) -> list[str]:
        """Return what a reader of the report must know besides."""
        found = list(self.sets.notes) if self.sets is not None else []
        if judge is None:
            found.append("there were no labelled pictures to judge it by")
        elif len(judge) < FEW:
            found.append(
                f"judged on {len(judge)} pictures only: one of them is "
                f"{100 / len(judge):.1f} points"
            )
        return found
