"""The captioners of a workspace: models that write sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.engines.table import EngineTable, shown
from sightline.core.caption_wire import RemoteCaptioner
from sightline.core.registry import Registry
from sightline.engines import captioner_spec

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app.engines.room import EngineRoom
    from sightline.core.cards import ModelCard
    from sightline.store.models import ModelStore

ADD: Final = "add the folder of a BLIP, Florence-2 or Qwen2.5-VL model: sightline models add FOLDER"
_GREY: Final = 127


class Captioners(EngineTable[RemoteCaptioner]):
    """Finds captioners and loads each once."""

    def __init__(self, models: ModelStore, room: EngineRoom) -> None:
        super().__init__(
            models, captioner_spec, room.captioner, what="writes about pictures", add=ADD
        )

    def listed(self) -> list[dict[str, Any]]:
        """Return what can be asked, and whether it is ready."""
        return [shown(name, entry) for name, entry in self.entries().items()]


def try_captioner(path: Path, card: ModelCard, room: EngineRoom) -> None:
    """Ask a captioner for one word about a grey picture, before its model counts.

    Raises:
        InvalidInputError: It cannot answer.
        MissingExtraError: It needs a package that is not installed.
    """
    spec = captioner_spec(card)
    if spec is None:
        return
    Registry([spec]).check(spec.name)
    process = room.process(spec.factory, path, card)
    try:
        engine = RemoteCaptioner(process, card.encoder_key)
        engine.caption(np.full((64, 64, 3), _GREY, np.uint8), max_tokens=1)
    finally:
        process.close()
