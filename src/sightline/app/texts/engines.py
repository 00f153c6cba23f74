"""The engines of a workspace that find what words name, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.engines.table import EngineTable, shown
from sightline.core.detect_wire import RemoteTextDetector
from sightline.core.registry import Registry
from sightline.engines import gives_masks, text_detector_spec, usual_score

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app.engines.room import EngineRoom
    from sightline.core.cards import ModelCard
    from sightline.store.models import ModelStore

ADD: Final = (
    "add the folder of an OWLv2, Grounding DINO or SAM 3 model: sightline models add FOLDER "
    "--name NAME"
)
_GREY: Final = 127


class TextDetectorTable(EngineTable[RemoteTextDetector]):
    """Finds engines and loads each once."""

    def __init__(self, models: ModelStore, room: EngineRoom) -> None:
        super().__init__(
            models, text_detector_spec, room.text_detector, what="finds things by words", add=ADD
        )

    def listed(self) -> list[dict[str, Any]]:
        """Return what can be asked, and whether it is ready."""
        return [
            shown(name, entry)
            | {"usual_score": usual_score(entry.card), "masks": gives_masks(entry.card)}
            for name, entry in self.entries().items()
        ]


def try_text_detector(path: Path, card: ModelCard, room: EngineRoom) -> None:
    """Ask an engine once about a grey picture, before its model counts.

    Raises:
        InvalidInputError: It cannot answer.
        MissingExtraError: It needs a package that is not installed.
    """
    spec = text_detector_spec(card)
    if spec is None:
        return
    Registry([spec]).check(spec.name)
    process = room.process(spec.factory, path, card)
    try:
        engine = RemoteTextDetector(process, card.encoder_key)
        engine.detect_text(np.full((64, 64, 3), _GREY, np.uint8), ["a"], min_score=0.9)
    finally:
        process.close()
