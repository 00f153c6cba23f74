"""Why a model answers as it does, about one picture: asked here, computed where torch is."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.explaining.explained import Explained, ExplainedCache, key_of, packed
from sightline.app.explaining.source import (
    Prepared,
    Subject,
    class_index,
    named,
    of_bytes,
    of_file,
    of_row,
    prepare,
    torch_card,
)
from sightline.core.errors import InvalidInputError, NotFoundError, SightlineError
from sightline.core.files import write_atomic
from sightline.explain.draw import layer, overlay, png, webp
from sightline.explain.methods import method_of
from sightline.imaging.decode import upright
from sightline.imaging.tile import shrink

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sightline.app.engines.room import EngineRoom
    from sightline.core.arrays import U8
    from sightline.core.cards import ModelCard
    from sightline.core.ports import Served
    from sightline.imaging.limits import Limits
    from sightline.settings import Settings
    from sightline.store.store import Store

FACTORY: Final = "sightline.explain.engine:load"
KEPT_PX: Final = 1024
"""Long side, pixels, of the picture that is kept with the explanation of an uploaded one."""
SAVED_PX: Final = 4096
"""Long side, pixels, up to which a picture is written."""
TOP: Final = 20
"""Classes that an answer names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How a picture is to be explained."""

    method: str = "auto"
    layer: str = ""
    class_name: str | None = None
    class_id: int | None = None
    """None, and no name: the likeliest class."""
    channels: int | None = None
    steps: int | None = None

    def wish(self) -> dict[str, Any]:
        """Return what the network is asked, as JSON."""
        found = {"method": method_of(self.method).name, "layer": self.layer.strip()}
        more = {"channels": self.channels, "steps": self.steps}
        return found | {key: one for key, one in more.items() if one is not None}


class Explaining:
    """Explanations of a workspace's models."""

    def __init__(
        self, store: Store, settings: Settings, room: EngineRoom, limits: Callable[[], Limits]
    ) -> None:
        self._store = store
        self._settings = settings
        self._room = room
        self._limits = limits
        self._here: Served | None = None
        self.cache = ExplainedCache(
            store.workspace / "cache" / "explain", limit_bytes=settings.explain_cache_mb << 20
        )

    def layers(self, ref: str, *, here: bool = False) -> dict[str, Any]:
        """Return the layers and methods that a model can be explained with.

        Raises:
            UnknownModelError: There is no such model.
            InvalidInputError: It has no torch weights.
        """
        card = torch_card(self._store.models, ref, allow_paths=here)
        facts, _ = self._answer("layers", card, {}, [], here=here)
        return {
            "model": card.id,
            "name": card.name,
            "classes": list(card.classes),
            "class_ids": list(card.class_ids),
            **facts,
        }

    def image(self, ref: str, image_id: int, asked: Asked, *, here: bool = False) -> dict[str, Any]:
        """Explain a model's answer about an image of any project.

        Raises:
            UnknownModelError, UnknownImageError, UnknownClassError: There is no such thing.
            InvalidInputError: No such method or layer, or the model cannot be asked.
            UnreadableImageError: The picture cannot be read.
        """
        return self._one(ref, of_row(self._store.images.get(image_id)), asked, here=here)

    def upload(self, ref: str, name: str, data: bytes, asked: Asked) -> dict[str, Any]:
        """Explain a model's answer about a picture that somebody sends; see `image`."""
        return self._one(ref, of_bytes(data, name), asked, here=False)

    def file(self, ref: str, path: Path, asked: Asked, *, here: bool = True) -> dict[str, Any]:
        """Explain a model's answer about a file; see `image`."""
        return self._one(ref, of_file(path), asked, here=here)

    def _one(self, ref: str, subject: Subject, asked: Asked, *, here: bool) -> dict[str, Any]:
        began = time.perf_counter()
        card = torch_card(self._store.models, ref, allow_paths=here)
        wanted = class_index(card, asked.class_name, asked.class_id)
        found = self.several(card, [subject], [wanted], asked, here=here)[0]
        if isinstance(found, SightlineError):
            raise found
        return self.shown(card, found) | {"seconds": round(time.perf_counter() - began, 4)}

    def several(
        self,
        card: ModelCard,
        subjects: Sequence[Subject],
        classes: Sequence[int | None],
        asked: Asked,
        *,
        here: bool,
    ) -> list[Explained | SightlineError]:
        """Return an explanation, or what is wrong, for each picture; known ones are not made anew.

        Raises:
            InvalidInputError: The model cannot be asked so.
        """
        wish = asked.wish()
        keys = [_key(card, one, at, wish) for one, at in zip(subjects, classes, strict=True)]
        found: list[Explained | SightlineError | None] = [
            self._known(key, one) for key, one in zip(keys, subjects, strict=True)
        ]
        ready: list[tuple[int, Prepared]] = []
        for at, one in enumerate(subjects):
            if found[at] is None:
                try:
                    ready.append((at, prepare(one, card.preprocess, self._limits())))
                except SightlineError as error:
                    found[at] = error
        if ready:
            squares = np.stack([made.square for _, made in ready])
            arguments = {"classes": [classes[at] for at, _ in ready], "wish": wish}
            told = self._answer("explain", card, arguments, [squares], here=here)
            for row, (at, made) in enumerate(ready):
                plain = _explained(keys[at], card, subjects[at], made, told=told, row=row)
                found[at] = self.cache.keep(plain, self._own_picture(subjects[at]))
        return [one for one in found if one is not None]

    def known(
        self, card: ModelCard, subject: Subject, class_at: int, asked: Asked
    ) -> Explained | None:
        """Return an explanation that was made before, None where there is none."""
        return self._known(_key(card, subject, class_at, asked.wish()), subject)

    def square(self, card: ModelCard, subject: Subject) -> U8:
        """Return a picture as the network takes it, (S, S, 3)."""
        return prepare(subject, card.preprocess, self._limits()).square

    def shown(self, card: ModelCard, one: Explained) -> dict[str, Any]:
        """Return an explanation as callers get it."""
        base = f"/api/explanations/{one.key}"
        prediction = named(card, one.probabilities)
        about = next(row for row in prediction if row["class"] == card.classes[one.class_index])
        return {
            "key": one.key,
            "model": card.id,
            "image_id": one.image_id,
            "path": one.path,
            "method": one.method,
            "layer": one.layer,
            "class": about["class"],
            "class_id": about["class_id"],
            "probability": about["p"],
            "prediction": prediction[:TOP],
            "nothing": not one.grid.any(),
            "note": one.note,
            "frame": list(one.frame),
            "seen": [round(side, 2) for side in one.placement.seen],
            "map_url": f"{base}/map",
            "overlay_url": f"{base}/overlay",
            "picture_url": f"{base}/picture",
        }

    def map_layer(self, key: str, px: int) -> bytes:
        """Return a map as a clear layer of colour over the picture's frame, WebP.

        Raises:
            NotFoundError: It is not there (any more).
        """
        return webp(layer(self.cache.get(key).spread(px)))

    def picture(self, key: str, px: int) -> U8:
        """Return the picture that an explanation is about, (H, W, 3), long side at most `px`.

        Raises:
            NotFoundError: The explanation, or the image, is not there (any more).
            UnreadableImageError: The file is gone.
        """
        found = self.cache.get(key)
        kept = self.cache.picture(key)
        if kept is not None:
            return shrink(np.asarray(upright(kept)), px)
        if found.image_id is None:
            raise NotFoundError("this explanation is gone", hint="ask for it again")
        row = self._store.images.get(found.image_id)
        tone = self._store.models.get(found.model, allow_paths=False).preprocess.tone
        pixels = upright(
            Path(row.path), page=row.page, min_long_px=px, limits=self._limits(), tone=tone
        )
        return shrink(np.asarray(pixels), px)

    def picture_file(self, key: str, px: int) -> bytes:
        """Return `picture` as WebP."""
        kept = self.cache.picture(key)
        return kept if kept is not None and px >= KEPT_PX else webp(self.picture(key, px))

    def overlay_file(self, key: str, px: int, opacity: float) -> bytes:
        """Return `overlay` as WebP."""
        return webp(self.overlay(key, px, opacity))

    def save(self, key: str, out: Path, *, opacity: float = 0.6) -> Path:
        """Write the picture with its map over it, at full size, as PNG or WebP by the name's end.

        Raises:
            InvalidInputError: The name ends otherwise.
            NotFoundError: The explanation is not there (any more).
        """
        write = {".png": png, ".webp": webp}.get(out.suffix.lower())
        if write is None:
            raise InvalidInputError(f"{out.name} is no PNG", hint="end the name in .png or .webp")
        write_atomic(out, write(self.overlay(key, SAVED_PX, opacity)))
        return out

    def overlay(self, key: str, px: int, opacity: float) -> U8:
        """Return the picture with its map over it, (H, W, 3); see `picture`."""
        picture = self.picture(key, px)
        height, width = picture.shape[:2]
        found = self.cache.get(key)
        return overlay(picture, found.placement.spread(found.grid, (width, height)), opacity)

    def _known(self, key: str, subject: Subject) -> Explained | None:
        """Return a kept explanation; of the same bytes elsewhere it becomes this one's."""
        found = self.cache.find(key)
        if found is None:
            return None
        if subject.image_id is None and self.cache.picture(key) is None:
            return None
        if found.image_id != subject.image_id:
            found = self.cache.keep(replace(found, image_id=subject.image_id, path=subject.name))
        return found

    def _own_picture(self, subject: Subject) -> bytes | None:
        """Return the picture to keep, of one that no project has."""
        if subject.image_id is not None:
            return None
        pixels = upright(subject.source, min_long_px=KEPT_PX, limits=self._limits())
        return webp(shrink(np.asarray(pixels), KEPT_PX))

    def _answer(
        self,
        method: str,
        card: ModelCard,
        arguments: dict[str, Any],
        arrays: list[Any],
        *,
        here: bool,
    ) -> tuple[dict[str, Any], list[Any]]:
        folder = self._store.models.path_of(card).parent
        asked = {"folder": str(folder), **arguments}
        if not here:
            answer = self._room.helper("explain", FACTORY).call(method, asked, arrays)
            return answer.facts, answer.arrays
        if self._here is None:
            module, _, function = FACTORY.partition(":")
            threads = self._settings.worker_threads()
            self._here = getattr(import_module(module), function)(threads=threads)
        return self._here.answer(method, asked, arrays)


def _key(card: ModelCard, subject: Subject, class_at: int | None, wish: dict[str, Any]) -> str:
    return key_of(card.id, subject.digest, subject.page, class_at, wish)


def _explained(
    key: str,
    card: ModelCard,
    subject: Subject,
    prepared: Prepared,
    *,
    told: tuple[dict[str, Any], list[Any]],
    row: int,
) -> Explained:
    facts, (probabilities, maps) = told
    return Explained(
        key=key,
        model=card.id,
        method=facts["method"],
        layer=facts["layer"],
        note=facts["note"],
        class_index=facts["classes"][row],
        probabilities=[float(one) for one in probabilities[row]],
        frame=prepared.place.frame,
        square=prepared.place.square,
        image_id=subject.image_id,
        path=subject.name,
        **packed(maps[row]),
    )
