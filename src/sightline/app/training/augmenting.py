"""How a training would vary a project's pictures, shown before it runs."""

from __future__ import annotations

import base64
import io
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image

from sightline.app.training.data import sizes
from sightline.core.errors import InvalidInputError, NotFoundError, SightlineError
from sightline.core.files import write_atomic
from sightline.core.tone import tone_text
from sightline.imaging import preprocess as imaging
from sightline.imaging.tile import shrink

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.app.engines.room import EngineRoom
    from sightline.app.projects import Projects
    from sightline.app.training.training import Training
    from sightline.core.arrays import I64, U8
    from sightline.core.preprocess import Preprocess
    from sightline.core.samples import Sample, SampleSet
    from sightline.store.projects import Project
    from sightline.store.store import Store
    from sightline.train.preview_plan import View
    from sightline.train.spec import TrainSpec

MAX_PICTURES: Final = 12
MAX_VIEWS: Final = 12
MAX_BYTES: Final = 64 << 20
"""Of pictures in one request; a larger input size gets fewer."""
KEPT_BYTES: Final = 64 << 20
"""Of pictures that are kept, since only settings change from one request to the next."""
SHOWN_PX: Final = 320
LOSSLESS_PX: Final = 96
FACTORY: Final = "sightline.train.preview:load_preview"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be shown."""

    spec: dict[str, Any]
    """As for a training; what is left out is what suits the data."""
    epoch: int = 0
    """The first epoch, from 0."""
    image_ids: Sequence[int] = ()
    """Labelled training images; none: `count` of the project's, of every class."""
    count: int = 6
    views: int = 4
    """Epochs that follow each other, a view of each."""
    pick: int = 0
    """Another number takes other pictures."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture and its views, (S, S, 3) uint8 each."""

    sample: Sample
    original: U8
    views: tuple[tuple[View, U8], ...]


class Augmenting:
    """The preview of a workspace's projects. Thread-safe."""

    def __init__(
        self, store: Store, projects: Projects, training: Training, room: EngineRoom
    ) -> None:
        self._store, self._projects, self._room = store, projects, room
        self._training = training
        self._lock = threading.Lock()
        self._sets: dict[tuple[int, int, str], tuple[SampleSet, list[tuple[int, int]]]] = {}
        self._kept: OrderedDict[tuple[Any, ...], U8] = OrderedDict()

    def preview(self, project: Project, wish: Wish) -> dict[str, Any]:
        """Return views as data URLs, exactly as a training of these settings would see them.

        Raises:
            InvalidInputError: A setting is wrong, too much is asked for, or there is no training
                picture.
            NotFoundError: An image is not one of the training pictures.
            EngineFailedError: The process died.
        """
        began = time.perf_counter()
        spec, found, rows = self._show(project, wish)
        return {
            "pictures": [
                {
                    "image_id": row.sample.image_id,
                    "labels": _labels(found, row.sample),
                    "original": _url(row.original),
                    "views": [_url(pixels) for _, pixels in row.views],
                    "seen": [_facts(found, view) for view, _ in row.views],
                }
                for row in rows
            ],
            "seed": spec.seed,
            "image_size": spec.image_size,
            "augment": spec.augment.model_dump(mode="json"),
            "seconds": round(time.perf_counter() - began, 3),
        }

    def sheet(self, project: Project, wish: Wish) -> tuple[bytes, dict[str, Any]]:
        """Return a contact sheet (PNG), a row for each picture, and what is on it.

        The first of a row is the picture itself, at the network's size.
        """
        spec, found, rows = self._show(project, wish)
        cells = [[shrink(row.original, SHOWN_PX)] for row in rows]
        for cell, row in zip(cells, rows, strict=True):
            cell += [shrink(pixels, SHOWN_PX) for _, pixels in row.views]
        file = io.BytesIO()
        Image.fromarray(_grid(cells)).save(file, "PNG")
        about = {
            "pictures": [
                {"image_id": row.sample.image_id, "labels": _labels(found, row.sample)}
                for row in rows
            ],
            "views": max((len(row.views) for row in rows), default=0),
            "seed": spec.seed,
            "image_size": spec.image_size,
            "augment": spec.augment.model_dump(mode="json"),
        }
        return file.getvalue(), about

    def write(
        self, project: Project, out: Path | None, spec: dict[str, Any], **options: Any
    ) -> dict[str, Any]:
        """Write a contact sheet to `out`, if that is given, and return what is on it.

        Raises:
            StorageError: It cannot be written.
        """
        data, about = self.sheet(project, Wish(spec=spec, **options))
        if out is None:
            return about
        write_atomic(out, data)
        return about | {"out": str(out)}

    def _show(self, project: Project, wish: Wish) -> tuple[TrainSpec, SampleSet, list[Shown]]:
        from sightline.train.balance import picture_weights
        from sightline.train.preview_plan import plan_views
        from sightline.train.start import preprocess_of
        from sightline.train.suggest import plan_spec

        own = {
            "task": self._projects.task(project),
            "tone": tone_text(self._projects.tone(project.id)),
        }
        found, known = self._samples(project, {**own, **wish.spec})
        spec = plan_spec({**own, **wish.spec}, found, known)
        _check_size(wish, spec)
        if self._training.shape is not None:
            found = self._training.shape(project, found, spec)
        train = np.flatnonzero([one.split == "train" for one in found.samples]).astype(np.int64)
        wanted = _wanted(found, train, wish)
        weights = picture_weights(found)[train] if spec.sampling == "balanced" else None
        plan = plan_views(spec, train, wanted, epoch=wish.epoch, views=wish.views, weights=weights)
        rule = preprocess_of(spec)
        views = [view for seen in plan.values() for view in seen]
        needed = sorted({*plan, *(one.other for one in views if one.other is not None)})
        pictures = np.stack([self._picture(found.samples[i], rule) for i in needed])
        place = {position: i for i, position in enumerate(needed)}
        varied = self._vary(spec, pictures, place, views) if views else pictures[:0]
        told = iter(varied)
        rows = [
            Shown(
                found.samples[position],
                pictures[place[position]],
                tuple((view, next(told)) for view in seen),
            )
            for position, seen in plan.items()
        ]
        return spec, found, rows

    def _vary(self, spec: TrainSpec, pictures: U8, place: dict[int, int], views: list[View]) -> U8:
        asked = [
            view.to_dict()
            | {"position": place[view.position]}
            | {"other": None if view.other is None else place[view.other]}
            for view in views
        ]
        arguments = {"spec": spec.model_dump(mode="json"), "views": asked}
        process = self._room.helper("augment", FACTORY)
        varied: U8 = process.call("views", arguments, [pictures]).arrays[0]
        return varied

    def _samples(
        self, project: Project, spec: dict[str, Any]
    ) -> tuple[SampleSet, list[tuple[int, int]]]:
        """Return the labelled images and some sizes; read again when an image has changed."""
        key = (project.id, self._store.state.get(project.id).seq, str(spec["task"]))
        with self._lock:
            kept = self._sets.get(key)
        if kept is None:
            kept = (self._training.data(project, spec), sizes(self._store, project))
            with self._lock:
                self._sets = {key: kept}  # one at a time: they are large
        return kept

    def _picture(self, sample: Sample, rule: Preprocess) -> U8:
        key = (sample.digest, str(sample.path), sample.page, rule)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        try:
            made = imaging.load(sample.path, rule, sample.page)
        except (SightlineError, OSError):  # a training sees it so, too, and does not learn from it
            return np.full((rule.size, rule.size, 3), 127, np.uint8)
        with self._lock:
            self._kept[key] = made
            while sum(one.nbytes for one in self._kept.values()) > KEPT_BYTES:
                self._kept.popitem(last=False)
        return made


def _check_size(wish: Wish, spec: TrainSpec) -> None:
    pictures = len(wish.image_ids) or wish.count
    if not (1 <= pictures <= MAX_PICTURES and 1 <= wish.views <= MAX_VIEWS):
        raise InvalidInputError(
            f"{pictures} pictures in {wish.views} views are not shown",
            hint=f"ask for 1 to {MAX_PICTURES} pictures and 1 to {MAX_VIEWS} views",
        )
    if pictures * wish.views * spec.image_size**2 * 3 > MAX_BYTES:
        most = MAX_BYTES // (wish.views * spec.image_size**2 * 3)
        raise InvalidInputError(
            f"{pictures} pictures of {spec.image_size} px in {wish.views} views are too many",
            hint=f"ask for {max(1, most)} pictures, or for fewer views",
        )


def _wanted(found: SampleSet, train: I64, wish: Wish) -> I64:
    """Return the positions to show: those asked for, else some of each class in turn."""
    if not len(train):
        raise InvalidInputError(
            "there are no training pictures", hint="label some pictures, at least two classes"
        )
    if wish.image_ids:
        place = {found.samples[int(i)].image_id: int(i) for i in train}
        missing = [one for one in wish.image_ids if one not in place]
        if missing:
            raise NotFoundError(
                f"image {missing[0]} is no labelled training picture",
                hint="label it, or name another; only training pictures are varied",
            )
        return np.array(list(dict.fromkeys(place[one] for one in wish.image_ids)), np.int64)
    order = np.random.default_rng([wish.pick, len(train)]).permutation(train)
    rank: dict[int, int] = {}
    turns = []
    for i in order:
        label = found.samples[int(i)].label
        rank[label] = rank.get(label, -1) + 1
        turns.append((rank[label], label, int(i)))
    return np.array([i for *_, i in sorted(turns)[: wish.count]], np.int64)


def _labels(found: SampleSet, sample: Sample) -> list[str]:
    return [found.classes[place] for place in found.places(sample)]


def _facts(found: SampleSet, view: View) -> dict[str, Any]:
    other = None if view.other is None else found.samples[view.other]
    return {
        "epoch": view.epoch + 1,
        "step": view.step + 1,
        "share": round(view.share, 4),
        "mixed_with": None
        if other is None
        else {"image_id": other.image_id, "labels": _labels(found, other)},
    }


def _url(pixels: U8) -> str:
    """Return a small picture as a data URL: PNG where it is tiny, else WebP."""
    file = io.BytesIO()
    kind = "png" if pixels.shape[0] <= LOSSLESS_PX else "webp"
    image = Image.fromarray(shrink(pixels, SHOWN_PX))
    image.save(file, kind.upper(), **({} if kind == "png" else {"quality": 88, "method": 2}))
    return f"data:image/{kind};base64,{base64.b64encode(file.getvalue()).decode()}"


def _grid(cells: list[list[U8]]) -> U8:
    """Return pictures (S, S, 3) of equal size side by side, rows under each other."""
    gap, side = 4, cells[0][0].shape[0]
    columns = max(len(row) for row in cells)
    step = side + gap
    page = np.full((len(cells) * step + gap, columns * step + 2 * gap, 3), 245, np.uint8)
    for y, row in enumerate(cells):
        for x, cell in enumerate(row):
            left = gap + x * step + (gap if x else 0)  # the originals stand apart
            top = gap + y * step
            page[top : top + side, left : left + side] = cell
    return page
