"""One narration: frames go in, texts come out when there is something new to say."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Final

from sightline.app.narration.eyes import NOTHING
from sightline.core.narration import Scene, Telling
from sightline.flows.narrate.account import Account, Changes
from sightline.flows.narrate.catalogue import catalogue, known_language
from sightline.flows.narrate.items import doubt_of, items_of
from sightline.flows.narrate.teller import Teller
from sightline.flows.narrate.tracker import Rule, Tracker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sightline.app.narration.eyes import Eye
    from sightline.core.media import Frame

FALLBACK: Final = "en"
SLACK_S: Final = 1e-6
"""Times of frames are rounded."""


@dataclass(frozen=True, slots=True)
class Eyes:
    """What an engine's name stands for."""

    engine: str
    """Its whole name."""
    eyes: tuple[Eye, ...]

    @property
    def follows(self) -> bool:
        """Whether objects are followed."""
        return any(one.follows for one in self.eyes)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to look and to speak, seconds of the clip."""

    every_s: float
    """From text to text. 0: whenever something is new."""
    look_s: float
    """From look to look, where objects are followed. 0: every frame."""


class Narration:
    """Tells what is in the frames of one clip, camera or stream. Used by one thread.

    Args:
        eyes: What looks.
        lang: Wished for; where it is not known, English is spoken and `notes` says so.
        pace: How often.
        load: Gives the eyes of another engine, for `swap`.
    """

    def __init__(self, eyes: Eyes, lang: str, pace: Pace, load: Callable[[str], Eyes]) -> None:
        self._eyes = eyes
        self._load = load
        self._rule = Rule()
        self._tracker = Tracker(self._rule)
        self._account = Account()
        self._teller = Teller(catalogue(FALLBACK))
        self.pace = pace
        self.asked_lang = lang
        self.notes: tuple[str, ...] = ()
        self.speak(lang)
        self.scene: Scene | None = None
        """What was seen last, whether it was told or not."""
        self._index = 0
        self._begun_s = 0.0
        self._looked_s = self._told_s = -math.inf
        self._signature: tuple[object, ...] | None = None

    @property
    def lang(self) -> str:
        """The language that is spoken."""
        return self._teller.lang

    @property
    def engine(self) -> str:
        """What looks."""
        return self._eyes.engine

    def speak(self, lang: str) -> None:
        """Go on in another language; one that is not known becomes English, and `notes` says so."""
        known = known_language(lang)
        self.asked_lang = lang
        self.notes = () if known else (f"{lang!r} is not spoken here: it is told in English",)
        self._teller = Teller(catalogue(known or FALLBACK))

    def swap(self, engine: str) -> None:
        """Go on with another engine; when it cannot be loaded the one before goes on.

        Raises:
            UnknownEngineError, MissingWeightsError, InvalidInputError: It cannot be loaded; why.
        """
        self._eyes = self._load(engine)
        self._account.part()
        self._tracker = Tracker(self._rule, after=self._tracker.count)
        self._signature = None
        self._looked_s = self._told_s = -math.inf

    def see(self, frame: Frame) -> Telling | None:
        """Return what is to be said of a frame; None: it is too soon, or nothing is new.

        Raises:
            SightlineError: An engine failed.
        """
        first = self.scene is None
        if first:
            self._begun_s = frame.time_s
        due = frame.time_s - self._told_s >= self.pace.every_s - SLACK_S
        self._index = frame.index
        if not self._looks(frame.time_s, due=due):
            return None
        self._looked_s = frame.time_s
        self.scene = scene = self._seen(frame)
        self._account.note(scene)
        return self._told(scene, frame.index) if due else None

    def finish(self) -> Telling:
        """Return the summary of all that was seen; more frames may follow."""
        scene = self.scene or Scene(time_s=0.0, width=0, height=0)
        text = self._teller.summary(self._account, scene.time_s - self._begun_s)
        return Telling(
            text=text,
            lang=self.lang,
            asked_lang=self.asked_lang,
            confidence=self._account.confidence,
            time_s=scene.time_s,
            index=self._index,
            scene=scene,
            kind="summary",
            counts=self._account.counts(),
            engine=self.engine,
        )

    def close(self) -> None:
        """Let go of the engine."""
        self._eyes = Eyes(self._eyes.engine, ())

    def _looks(self, time_s: float, *, due: bool) -> bool:
        since = time_s - self._looked_s
        return since >= self.pace.look_s - SLACK_S and (due or self._eyes.follows)

    def _seen(self, frame: Frame) -> Scene:
        height, width = frame.image.shape[:2]
        sights = [one.look(frame.image, min_score=self._rule.doubtful) for one in self._eyes.eyes]
        sight = reduce(lambda a, b: a.beside(b), sights, NOTHING)
        things = self._tracker.follow(
            frame.time_s, sight.boxes, sight.scores, sight.names, size_wh=(width, height)
        )
        return Scene(
            time_s=frame.time_s,
            width=width,
            height=height,
            things=things,
            classes=sight.classes,
            tags=sight.tags,
        )

    def _told(self, scene: Scene, index: int) -> Telling | None:
        first = self._signature is None
        changes = Changes() if first else self._account.changes()
        signature = _signature(scene)
        if signature == self._signature and not changes:
            return None
        self._signature = signature
        self._told_s = scene.time_s
        text = self._teller.text(scene, changes, first=first)
        self._account.mark()
        return Telling(
            text=text,
            lang=self.lang,
            asked_lang=self.asked_lang,
            confidence=_confidence(scene, changes),
            time_s=scene.time_s,
            index=index,
            scene=scene,
            engine=self.engine,
        )


def _signature(scene: Scene) -> tuple[object, ...]:
    """Return what a scene sounds like: alike scenes need not be told twice."""
    items = items_of(scene.things, (scene.width, scene.height))
    names = tuple(sorted((one.name, one.count) for one in items))
    best = scene.classes[:1]
    return (
        names,
        tuple((name, doubt_of(probability)) for name, probability in best),
        tuple(sorted(name for name, _ in scene.tags)),
    )


def _confidence(scene: Scene, changes: Changes) -> float:
    """Return the mean probability of what a text names; 0 where it names nothing."""
    moved = [thing for thing, _ in changes.moved]
    named = [*scene.things, *changes.left, *changes.passed, *moved]
    scores: Sequence[float] = [one.score for one in named]
    if not scores:
        scores = [probability for _, probability in (*scene.classes[:1], *scene.tags)]
    return sum(scores) / len(scores) if scores else 0.0
