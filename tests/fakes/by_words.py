"""An engine that finds what words name without any network: a colour by its name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.engines.table import Entry
from sightline.core.assist import Detections
from sightline.core.cards import ModelCard
from sightline.core.errors import UnknownEngineError
from sightline.core.preprocess import Preprocess
from sightline.engines import text_detector_spec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import U8
    from sightline.core.ports import TextDetector

COLOURS: Final = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}
CARD: Final = ModelCard(
    id="colours-1",
    name="colours",
    kind="detector",
    format="transformers",
    file="model.safetensors",
    blake3="0",
    created_at="2026-01-01T00:00:00Z",
    preprocess=Preprocess(size=64),
    network="owlv2",
    text=True,
)


class ColourFinder:
    """Finds the smallest box about all pixels of a colour that a text ends with."""

    key = "colours"

    def __init__(self, *, masks: bool = False) -> None:
        self.asked: list[tuple[str, ...]] = []
        self._masks = masks

    def detect_text(
        self, image: U8, texts: Sequence[str], *, min_score: float = 0.1, limit: int = 300
    ) -> Detections:
        self.asked.append(tuple(texts))
        boxes, index, outlines = [], [], []
        for at, text in enumerate(texts):
            wanted = COLOURS.get(text.split()[-1])
            there = np.zeros(image.shape[:2], bool) if wanted is None else (image == wanted).all(2)
            if there.any():
                rows, columns = np.flatnonzero(there.any(1)), np.flatnonzero(there.any(0))
                boxes.append([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])
                index.append(at)
                outlines.append((there, (0, 0)))
        scores = np.linspace(0.9, 0.8, len(boxes), dtype=np.float32)
        sure = np.flatnonzero(scores >= min_score)[:limit]
        return Detections(
            np.array(boxes, np.float32).reshape(-1, 4)[sure],
            scores[sure],
            np.array(index, np.int32)[sure],
            tuple(outlines[one] for one in sure) if self._masks else (),
        )


class Engines:
    """One engine, in the place of those of a workspace."""

    def __init__(self, engine: TextDetector, *, network: str = "owlv2") -> None:
        self._engine = engine
        self._card = replace(CARD, network=network)

    def listed(self) -> list[dict[str, Any]]:
        return []

    def entry(self, engine: str) -> Entry:
        if engine != self._card.name:
            raise UnknownEngineError(f"no engine named {engine!r}", hint="colours")
        spec = text_detector_spec(self._card)
        assert spec is not None
        return Entry(spec, self._card)

    def load(self, engine: str) -> TextDetector:
        del engine
        return self._engine
