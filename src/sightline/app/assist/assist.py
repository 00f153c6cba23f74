"""Assists for drawing: pictures encoded ahead, prompts answered, stale questions forgotten."""

from __future__ import annotations

import itertools
import threading
import time
from collections import OrderedDict
from concurrent.futures import CancelledError as FutureCancelledError
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.app.assist.answers import MaskRefs, Question, checked
from sightline.app.assist.cache import EncodingCache
from sightline.app.assist.encodings import Encoded, Encodings, Urgency
from sightline.app.assist.engines import SegmenterTable
from sightline.app.assist.pictures import AssistPictures, Subject
from sightline.app.assist.slots import Slots
from sightline.app.assist.tiles import Clock, Part, PictureAsk, answers, parts_of, when_all, whole
from sightline.core.errors import CancelledError, TooLargeError, UnknownImageError
from sightline.core.geometry.masks import decode_window
from sightline.core.geometry.shapes import Mask, shape_from_json
from sightline.imaging.contours import polygon_of
from sightline.jobs.lane import Lane
from sightline.settings import save_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.app.engines.room import EngineRoom
    from sightline.app.projects import Projects
    from sightline.core.ports import Segmenter
    from sightline.imaging.limits import Limits
    from sightline.settings import Settings
    from sightline.store.projects import Project
    from sightline.store.store import Store

OBJECTS: Final = 10_000
"""Objects of which the newest question is remembered."""
AGAIN: Final = "ask again if it is still wanted"
STALE: Final = "a newer question about this object came"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, for which object that is being drawn, and how often they have."""

    client: str = ""
    """One page; objects and counts are its own."""
    object: str = ""
    """Empty: no object; such a question never makes another one stale."""
    gen: int = 0
    req_id: int = 0

    @property
    def count(self) -> tuple[int, int]:
        """What is higher for a newer question."""
        return self.gen, self.req_id

    def is_older(self, other: Asker) -> bool:
        """Say whether this is an older question about the same object."""
        same = (self.client, self.object) == (other.client, other.object)
        return same and self.count < other.count


@dataclass(slots=True, eq=False)
class _Asked:
    """A question that has no answer yet."""

    asker: Asker
    image_id: int | None
    engine: str
    segmenter: Segmenter
    question: Question
    size: tuple[int, int]
    """Of the picture."""
    rows: list[dict[str, Any]] = field(default_factory=list)
    """What is answered so far; prompts that a tile cuts are asked about once more."""
    engine_s: float = 0.0
    waited_s: float = 0.0
    future: Future[dict[str, Any]] = field(default_factory=Future)
    began: float = field(default_factory=time.perf_counter)
    inner: Future[Any] | None = None
    running: bool = False


class Assist:
    """What helps to draw. Thread-safe: futures are answered by two threads of its own.

    One thread encodes, the other answers from encodings, so that a click on a picture that is
    encoded never waits for the encoding of another one.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        projects: Projects,
        limits: Callable[[], Limits],
        room: EngineRoom,
    ) -> None:
        self._workspace = store.workspace
        self.pictures = AssistPictures(store, projects, limits)
        cache = EncodingCache(
            store.workspace / "cache" / "assist",
            memory_bytes=settings.assist_memory_mb << 20,
            disk_bytes=settings.assist_disk_mb << 20,
        )
        timeout_s = settings.assist_timeout_s
        self.encodings = Encodings(self.pictures, cache, timeout_s=timeout_s)
        self.engines = SegmenterTable(store.models, room, default=settings.assist_engine)
        self.slots = Slots(self.encodings, self.pictures, self.engines, settings.assist_slots)
        self.tile_px = settings.assist_tile_px
        """Longer pictures are encoded in tiles of this side; 0: none."""
        self.browser = settings.assist_browser
        """Clicks are answered in the browser, by engines that can."""
        self._store = store
        self._limits = limits
        self._clicks = Lane("assist", timeout_s=timeout_s)
        self._refs = MaskRefs()
        self._newest: OrderedDict[tuple[str, str], tuple[int, int]] = OrderedDict()
        self._open: dict[int, _Asked] = {}
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def predict(
        self, image_id: int, engine: str, question: Question, asker: Asker
    ) -> Future[dict[str, Any]]:
        """Return a future of {candidates, ms, waited_ms}.

        What the same object asked before is forgotten, whether it waits or runs.

        Raises:
            UnknownImageError, UnknownEngineError: There is no such thing.
            InvalidInputError: The question is not valid.
            CancelledError: The object has asked something newer already.
            OverloadedError: Too much waits.
        """
        question = checked(question)
        subject = self.pictures.of_image(image_id)
        segmenter = self.engines.load(engine)
        size = self.pictures.size(subject)
        asked = _Asked(asker, image_id, engine, segmenter, question, size)
        self._admit(asked)
        try:
            self._encode(asked, parts_of(question, subject, size, self.tile_px, known=self._refs))
        except BaseException as error:
            _fail(asked.future, error)
            raise
        return asked.future

    def ask(self, subject: Subject, engine: str, question: Question) -> dict[str, Any]:
        """Return {candidates, ms, waited_ms} now, in this thread; see `predict` for errors."""
        question = checked(question)
        segmenter = self.engines.load(engine)
        size = self.pictures.size(subject)
        asked = _Asked(Asker(), subject.image_id, engine, segmenter, question, size)
        parts = parts_of(question, subject, size, self.tile_px, known=self._refs)
        while parts:
            found = [self.encodings.make(one.subject, segmenter) for one in parts]
            parts = self._run(asked, parts, found)
        return _answered(asked)

    def about(self, subject: Subject, segmenter: Segmenter, *, keep: bool = True) -> PictureAsk:
        """Return a segmenter as a job asks it about one picture: now, in this thread.

        `keep`: what is encoded stays for others.

        Raises:
            UnreadableImageError: The picture cannot be read.
        """
        return PictureAsk(
            self.encodings, self.pictures, segmenter, subject, self.tile_px, keep=keep
        )

    def outline(self, rle: dict[str, Any], min_iou: float) -> list[list[list[float]]]:
        """Return the polygon about a mask as JSON.

        Raises:
            InvalidInputError: It is no mask, or no pixel is set.
            TooLargeError: It is of a larger picture than any that is read.
        """
        height, width = rle["size"]
        if height * width > self._limits().max_pixels:
            raise TooLargeError(
                f"a mask of {width} x {height} pixels", hint="raise max_image_mp, or cut it"
            )
        mask = shape_from_json("mask", rle)
        assert isinstance(mask, Mask)
        pixels, window = decode_window(mask)
        return polygon_of(pixels, window=window, min_iou=min_iou).to_json()

    def subject(self, project: Project, image: str) -> Subject:
        """Return an image of a project by its id or path, or any file.

        Raises:
            UnknownImageError: It is none of these.
        """
        if image.isdecimal():
            row = self._store.images.get(int(image))
            if row.project_id == project.id:
                return self.pictures.of_row(row)
            raise UnknownImageError(
                f"{project.name} has no image {image}", hint=f"sightline queue {project.name}"
            )
        path = Path(image).expanduser().absolute()
        ordinal = self._store.images.ordinal_at(project.id, path)
        if ordinal is not None:
            return self.pictures.of_row(self._store.images.by_ordinals(project.id, [ordinal])[0])
        if path.is_file():
            return self.pictures.of_file(path)
        raise UnknownImageError(f"no picture {image}", hint="give an id or the path of a file")

    def cancel(self, client: str, *, object_: str | None = None, req_id: int | None = None) -> int:
        """Forget questions of an object, or one by its number, and return how many."""
        with self._lock:
            found = [
                one
                for one in self._open.values()
                if one.asker.client == client
                and (object_ is None or one.asker.object == object_)
                and (req_id is None or one.asker.req_id == req_id)
            ]
        return self._forget(found, "it was cancelled")

    def questions(self) -> list[dict[str, Any]]:
        """Return the questions without an answer, the oldest first."""
        with self._lock:
            asked = list(self._open.values())
        now = time.perf_counter()
        return [
            {
                "kind": "predict",
                "client": one.asker.client,
                "object": one.asker.object,
                "req_id": one.asker.req_id,
                "gen": one.asker.gen,
                "image_id": one.image_id,
                "engine": one.engine,
                "state": "running" if one.running else "queued",
                "age_ms": 1e3 * (now - one.began),
            }
            for one in asked
        ]

    def overview(self, client: str) -> dict[str, Any]:
        """Return a page's slots, the queue, and how much memory and disk are in use."""
        return {
            "slots": self.slots.shown(client),
            "budget": self.budget(),
            "queue": self.questions() + self.slots.waiting(),
            "used": self.encodings.cache.state(),
        }

    def set_budget(
        self, *, bytes_: int, slots: int, tile_px: int | None = None, browser: bool | None = None
    ) -> dict[str, Any]:
        """Set what encodings take and where they are asked; it lasts.

        Args:
            bytes_: Memory of encodings.
            slots: Pictures that are encoded ahead.
            tile_px: Longer pictures are encoded in tiles of this side; 0: none, None: as before.
            browser: Clicks are answered in the browser where they can be; None: as before.
        """
        self.tile_px = self.tile_px if tile_px is None else tile_px
        self.browser = self.browser if browser is None else browser
        self.encodings.cache.bound(bytes_)
        self.slots.count = slots
        save_settings(
            self._workspace / "settings.json",
            {
                "assist_memory_mb": max(1, -(-bytes_ // (1 << 20))),
                "assist_slots": slots,
                "assist_tile_px": self.tile_px,
                "assist_browser": self.browser,
            },
        )
        return self.budget()

    def budget(self) -> dict[str, Any]:
        """Return what `set_budget` sets."""
        return {
            "bytes": self.encodings.cache.limit_bytes,
            "slots": self.slots.count,
            "tile_px": self.tile_px,
            "browser": self.browser,
        }

    def close(self) -> None:
        """Drop what waits and let go of the engines."""
        self._clicks.close()
        self.encodings.close()
        self.engines.forget()

    def _admit(self, asked: _Asked) -> None:
        """Hold a question as its object's newest, and forget the older ones.

        Raises:
            CancelledError: It is not the newest.
        """
        asker, number = asked.asker, next(self._numbers)
        name = (asker.client, asker.object)
        with self._lock:
            older = []
            if asker.object:
                if asker.count < self._newest.get(name, asker.count):
                    raise CancelledError(STALE, hint="nothing is to be done: the newer is answered")
                self._newest[name] = asker.count
                self._newest.move_to_end(name)
                while len(self._newest) > OBJECTS:
                    self._newest.popitem(last=False)
                older = [one for one in self._open.values() if one.asker.is_older(asker)]
            self._open[number] = asked
        asked.future.add_done_callback(lambda _: self._let_go(number))
        self._forget(older, STALE)

    def _let_go(self, number: int) -> None:
        with self._lock:
            asked = self._open.pop(number, None)
        if asked is not None and asked.inner is not None:
            asked.inner.cancel()

    def _encode(self, asked: _Asked, parts: list[Part]) -> None:
        """Go on with a question once what its parts are asked of is encoded."""
        about = {"kind": "encode", "image_id": asked.image_id, "engine": asked.engine}
        found = [
            self.encodings.ask(one.subject, asked.segmenter, Urgency.CLICK, about) for one in parts
        ]
        when_all(found, lambda: self._encoded(asked, parts, found))

    def _encoded(self, asked: _Asked, parts: list[Part], found: list[Future[Encoded]]) -> None:
        if asked.future.done():
            return
        try:
            encoded = [one.result() for one in found]
            work = self._clicks.submit(
                lambda: self._run(asked, parts, encoded), priority=Urgency.CLICK
            )
        except BaseException as error:  # noqa: BLE001 - whoever waits is told
            _fail(asked.future, error)
            return
        asked.inner = work.future
        if asked.future.done():  # it was forgotten just now
            work.future.cancel()
        work.future.add_done_callback(lambda done: self._ran(asked, done))

    def _run(self, asked: _Asked, parts: list[Part], encoded: list[Encoded]) -> list[Part]:
        """Answer prompts, and return those that have to be asked of the whole picture."""
        asked.running = True
        if not asked.rows:
            asked.waited_s = time.perf_counter() - asked.began
        clock = Clock(asked.segmenter)
        left: list[int] = []
        for part, one in zip(parts, encoded, strict=True):
            found, cut = answers(
                clock.predict, asked.question, part, one, size=asked.size, refs=self._refs
            )
            asked.rows += found
            left += cut
        asked.engine_s += clock.seconds
        return [whole(parts[0], left)] if left else []

    def _ran(self, asked: _Asked, done: Future[list[Part]]) -> None:
        try:
            left = done.result()
            if left and not asked.future.done():
                self._encode(asked, left)
                return
        except FutureCancelledError:
            _fail(asked.future, CancelledError("it was cancelled", hint=AGAIN))
        except BaseException as error:  # noqa: BLE001 - whoever waits is told
            _fail(asked.future, error)
        else:
            with suppress(InvalidStateError):
                asked.future.set_result(_answered(asked))

    def _forget(self, asked: list[_Asked], why: str) -> int:
        for one in asked:
            _fail(one.future, CancelledError(why, hint=AGAIN))
        return len(asked)


def _answered(asked: _Asked) -> dict[str, Any]:
    return {
        "candidates": sorted(asked.rows, key=lambda one: one["prompt"]),
        "ms": 1e3 * asked.engine_s,
        "waited_ms": 1e3 * asked.waited_s,
    }


def _fail(future: Future[Any], error: BaseException) -> None:
    with suppress(InvalidStateError):
        future.set_exception(error)
