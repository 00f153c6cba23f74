"""What a page needs to answer clicks itself: a decoder, and encodings as files."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from sightline.app.assist.encodings import Urgency
from sightline.core.errors import InvalidInputError, NotFoundError
from sightline.core.geometry.tiles import tile_about
from sightline.core.ports import PortableSegmenter

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from sightline.app.assist.assist import Assist
    from sightline.app.assist.encodings import Encoded
    from sightline.core.assist import DecoderPlan

ELEMENTS: Final = frozenset({"float32", "int64", "int32"})
"""What a browser can feed."""


class PortableAssist:
    """Hands out what a page needs. Thread-safe."""

    def __init__(self, assist: Assist) -> None:
        self._assist = assist

    def plan(self, engine: str) -> DecoderPlan:
        """Return how an engine's decoder is fed.

        Raises:
            UnknownEngineError: There is no such engine.
            InvalidInputError: Its decoder cannot run in a browser.
        """
        segmenter = self._assist.engines.load(engine)
        if isinstance(segmenter, PortableSegmenter):
            plan = segmenter.decoder()
            if set(plan.inputs.values()) <= ELEMENTS:
                return plan
        raise InvalidInputError(
            f"the decoder of {engine} cannot run in a browser",
            hint="ONNX pairs whose decoder takes float32 can: export the model to ONNX",
        )

    def told(self, engine: str) -> dict[str, Any]:
        """Return a decoder's plan as JSON; see `plan` for errors."""
        plan = self.plan(engine)
        told = {item.name: getattr(plan, item.name) for item in fields(plan) if item.name != "file"}
        return told | {"bytes": plan.file.stat().st_size}

    def file(self, engine: str) -> Path:
        """Return the decoder's file; see `plan` for errors."""
        return self.plan(engine).file

    def encode(self, image_id: int, engine: str) -> Future[Encoded] | None:
        """Return a future of a picture's encoding; None for one that is answered by tiles.

        Raises:
            UnknownImageError, UnknownEngineError: There is no such thing.
            UnreadableImageError: The picture's file is gone.
            OverloadedError: Too much waits.
        """
        assist = self._assist
        subject = assist.pictures.of_image(image_id)
        segmenter = assist.engines.load(engine)
        if tile_about((0, 0, 0, 0), assist.pictures.size(subject), assist.tile_px) is not None:
            return None
        about = {"kind": "encode", "image_id": image_id, "engine": engine}
        return assist.encodings.ask(subject, segmenter, Urgency.CURRENT, about)

    def encoding(self, key: str) -> bytes:
        """Return an encoding as safetensors, from memory or disk.

        Raises:
            NotFoundError: It is in neither.
        """
        found = self._assist.encodings.cache.packed(key)
        if found is None:
            raise NotFoundError(
                f"no encoding {key}", hint="ask for the picture's encoding again: it is made anew"
            )
        return found
