"""Pictures that are encoded ahead: the one on the screen, the next and the previous one."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from sightline.app.assist.encodings import Made, Urgency

if TYPE_CHECKING:
    from sightline.app.assist.encodings import Encodings
    from sightline.app.assist.engines import SegmenterTable
    from sightline.app.assist.pictures import AssistPictures, Subject
    from sightline.core.ports import Segmenter
    from sightline.jobs.lane import Work

Role = Literal["current", "next", "previous"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
CLIENTS: Final = 32
"""Pages whose slots are remembered."""
_URGENCY: Final = {
    "current": Urgency.CURRENT,
    "next": Urgency.NEXT,
    "previous": Urgency.PREVIOUS,
}


@dataclass(frozen=True, slots=True)
class _Slot:
    image_id: int
    engine: str
    segmenter: Segmenter
    subject: Subject


@dataclass(slots=True)
class _Desk:
    """What one page wants."""

    gen: int = 0
    slots: dict[Role, _Slot] = field(default_factory=dict)


class Slots:
    """What pages want to be encoded ahead. Thread-safe."""

    def __init__(
        self,
        encodings: Encodings,
        pictures: AssistPictures,
        engines: SegmenterTable,
        count: int,
    ) -> None:
        self.count = count
        """1: the current picture only; 2: the next one too; 3: the previous one too."""
        self._encodings = encodings
        self._pictures = pictures
        self._engines = engines
        self._desks: OrderedDict[str, _Desk] = OrderedDict()
        self._lock = threading.Lock()

    def encode(
        self, image_id: int, engine: str, role: Role, *, gen: int, client: str = ""
    ) -> dict[str, Any]:
        """Want a picture encoded and return how far that is, without waiting.

        A higher `gen` of a page drops what waits of its lower ones; a lower one is ignored.

        Raises:
            UnknownImageError, UnknownEngineError: There is no such thing.
            UnreadableImageError: The picture's file is gone.
            OverloadedError: Too much waits.
        """
        subject = self._pictures.of_image(image_id)
        segmenter = self._engines.load(engine)
        slot = _Slot(image_id, engine, segmenter, subject)
        if not self._taken(client, gen, role, slot):
            return _told(Made("off"))
        about = {
            "kind": "encode",
            "image_id": image_id,
            "engine": engine,
            "role": role,
            "client": client,
            "gen": gen,
        }
        self._encodings.ask(subject, segmenter, _URGENCY[role], about)
        return _told(self._encodings.look(subject, segmenter))

    def leave(self, client: str) -> int:
        """Drop what waits for a page that goes away."""
        with self._lock:
            self._desks.pop(client, None)
        return self._encodings.lane.drop(
            lambda work: _is_ahead(work, client), "the page has gone on"
        )

    def newest(self) -> str:
        """Return the page that asked last; empty where none has."""
        with self._lock:
            return next(reversed(self._desks), "")

    def shown(self, client: str) -> list[dict[str, Any]]:
        """Return a page's slots with their live sizes."""
        with self._lock:
            desk = self._desks.get(client)
            slots = {} if desk is None else dict(desk.slots)
        rows = []
        for role in ROLES[: self.count]:
            slot = slots.get(role)
            made = Made("empty")
            if slot is not None:
                made = self._encodings.look(slot.subject, slot.segmenter)
            rows.append(
                {
                    "role": role,
                    "image_id": None if slot is None else slot.image_id,
                    "engine": None if slot is None else slot.engine,
                    **_told(made),
                }
            )
        return rows

    def waiting(self) -> list[dict[str, Any]]:
        """Return the encodings on their way, as the queue shows them."""
        now = time.monotonic()
        return [
            {
                "kind": "encode",
                "client": str(work.about.get("client", "")),
                "object": "",
                "req_id": 0,
                "gen": int(work.about.get("gen", 0)),
                "image_id": work.about.get("image_id"),
                "engine": str(work.about.get("engine", "")),
                "state": "running" if runs else "queued",
                "age_ms": 1e3 * (now - work.asked_at),
            }
            for work, runs in self._encodings.lane.all()
            if work.about.get("kind") == "encode"
        ]

    def _taken(self, client: str, gen: int, role: Role, slot: _Slot) -> bool:
        """Put a picture into its slot; False when it is outdated, or has no slot."""
        with self._lock:
            desk = self._desks.setdefault(client, _Desk())
            self._desks.move_to_end(client)
            while len(self._desks) > CLIENTS:
                self._desks.popitem(last=False)
            if gen < desk.gen:
                return False
            newer = gen > desk.gen
            if newer:
                desk.gen = gen
                desk.slots = {}
            if role not in ROLES[: self.count]:
                return False
            desk.slots[role] = slot
        if newer:
            self._encodings.lane.drop(
                lambda work: _is_ahead(work, client) and int(work.about.get("gen", 0)) < gen,
                "the page has gone on",
            )
        return True


def _is_ahead(work: Work, client: str) -> bool:
    """Say whether work only encodes ahead for a page."""
    return work.priority > Urgency.CLICK and work.about.get("client") == client


def _told(made: Made) -> dict[str, Any]:
    return {
        "emb_key": made.key,
        "state": made.state,
        "bytes": made.bytes,
        "ms": made.ms,
        "error": made.error,
    }
