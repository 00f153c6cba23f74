"""Assists for drawing: pictures encoded ahead, prompts answered, stale questions forgotten."""

from __future__ import annotations

import itertools
import threading
import time
from collections import OrderedDict
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.app.assist_answers import MaskRefs, Question, answer, checked
from sightline.app.assist_cache import EncodingCache
from sightline.app.assist_encodings import Encoded, Encodings, Urgency, guarded
from sightline.app.assist_engines import SegmenterTable
from sightline.app.assist_pictures import AssistPictures, Subject
from sightline.app.assist_slots import Slots
from sightline.core.errors import CancelledError, TooLargeError, UnknownImageError
from sightline.core.geometry.masks import decode_window
from sightline.core.geometry.shapes import Mask, shape_from_json
from sightline.imaging.contours import polygon_of
from sightline.jobs.lane import Lane
from sightline.settings import save_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.app.engine_room import EngineRoom
    from sightline.app.projects import Projects
    from sightline.core.ports import Segmenter
    from sightline.imaging.limits import Limits
    from sightline.settings import Settings
    from sightline.store.projects import Project
    from sightline.store.store import Store

OBJECTS: Final = 10_000
"""Objects of which the newest question is remembered."""
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


@dataclass(slots=True, eq=False)
class _Asked:
    """A question that has no answer yet."""

    asker: Asker
    image_id: int | None
    engine: str
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
        self._make_newest(asker)
        asked = _Asked(asker, image_id, engine)
        self._hold(asked)
        about = {"kind": "encode", "image_id": image_id, "engine": engine}
        try:
            encoding = self.encodings.ask(subject, segmenter, Urgency.CLICK, about)
        except BaseException as error:
            _fail(asked.future, error)
            raise
        encoding.add_done_callback(lambda found: self._encoded(asked, segmenter, question, found))
        return asked.future

    def ask(self, subject: Subject, engine: str, question: Question) -> dict[str, Any]:
        """Return {candidates, ms, waited_ms} now, in this thread; see `predict` for errors."""
        question = checked(question)
        segmenter = self.engines.load(engine)
        began = time.perf_counter()
        found = self.encodings.make(subject, segmenter)
        return self._answered(segmenter, question, found, began)

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
        return self.slots.shown(client) | {
            "queue": self.questions() + self.slots.waiting(),
            "used": self.encodings.cache.state(),
        }

    def set_budget(self, *, bytes_: int, slots: int) -> dict[str, int]:
        """Set how much memory encodings take and how many pictures are encoded ahead; it lasts."""
        megabytes = max(1, -(-bytes_ // (1 << 20)))
        save_settings(
            self._workspace / "settings.json",
            {"assist_memory_mb": megabytes, "assist_slots": slots},
        )
        self.encodings.cache.bound(bytes_)
        self.slots.count = slots
        return {"bytes": bytes_, "slots": slots}

    def close(self) -> None:
        """Drop what waits and let go of the engines."""
        self._clicks.close()
        self.encodings.close()
        self.engines.forget()

    def _make_newest(self, asker: Asker) -> None:
        """Note a question as its object's newest, and forget the older ones.

        Raises:
            CancelledError: It is not the newest.
        """
        if not asker.object:
            return
        name = (asker.client, asker.object)
        with self._lock:
            if asker.count < self._newest.get(name, asker.count):
                raise CancelledError(STALE, hint="nothing is to be done: the newer one is answered")
            self._newest[name] = asker.count
            self._newest.move_to_end(name)
            while len(self._newest) > OBJECTS:
                self._newest.popitem(last=False)
            older = [
                one
                for one in self._open.values()
                if (one.asker.client, one.asker.object) == name and one.asker.count < asker.count
            ]
        self._forget(older, STALE)

    def _hold(self, asked: _Asked) -> None:
        number = next(self._numbers)
        with self._lock:
            self._open[number] = asked
        asked.future.add_done_callback(lambda _: self._let_go(number))

    def _let_go(self, number: int) -> None:
        with self._lock:
            asked = self._open.pop(number, None)
        if asked is not None and asked.inner is not None:
            asked.inner.cancel()

    def _encoded(
        self, asked: _Asked, segmenter: Segmenter, question: Question, found: Future[Encoded]
    ) -> None:
        """Go on with a question once its picture is encoded."""
        if asked.future.done():
            return
        try:
            encoded = found.result()
            work = self._clicks.submit(
                lambda: self._run(asked, segmenter, question, encoded), priority=Urgency.CLICK
            )
        except BaseException as error:  # noqa: BLE001 - whoever waits is told
            _fail(asked.future, error)
            return
        asked.inner = work.future
        if asked.future.done():  # it was forgotten just now
            work.future.cancel()
        work.future.add_done_callback(lambda done: _hand_on(done, asked.future))

    def _run(
        self, asked: _Asked, segmenter: Segmenter, question: Question, encoded: Encoded
    ) -> dict[str, Any]:
        asked.running = True
        return self._answered(segmenter, question, encoded, asked.began)

    def _answered(
        self, segmenter: Segmenter, question: Question, encoded: Encoded, began: float
    ) -> dict[str, Any]:
        clock = _Clock(segmenter)
        waited = time.perf_counter() - began
        found = answer(
            clock.predict,
            question,
            key=encoded.key,
            encoding=encoded.encoding,
            refs=self._refs,
        )
        return {"candidates": found, "ms": 1e3 * clock.seconds, "waited_ms": 1e3 * waited}

    def _forget(self, asked: list[_Asked], why: str) -> int:
        for one in asked:
            _fail(one.future, CancelledError(why, hint="ask again if it is still wanted"))
        return len(asked)


class _Clock:
    """A segmenter that is watched: how long it takes, and that its faults are told well."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self.seconds = 0.0

    def predict(self, encoding: Any, prompt: Any) -> Any:
        began = time.perf_counter()
        try:
            return guarded(lambda: self._segmenter.predict(encoding, prompt))
        finally:
            self.seconds += time.perf_counter() - began


def _hand_on(done: Future[dict[str, Any]], to: Future[dict[str, Any]]) -> None:
    if done.cancelled():
        _fail(to, CancelledError("it was cancelled", hint="ask again if it is still wanted"))
        return
    error = done.exception()
    if error is not None:
        _fail(to, error)
        return
    with suppress(InvalidStateError):
        to.set_result(done.result())


def _fail(future: Future[Any], error: BaseException) -> None:
    with suppress(InvalidStateError):
        future.set_exception(error)
