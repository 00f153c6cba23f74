"""One narration: frames go in, texts come out when there is something new to say."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sightline.app.narration.looker import Engine, Looker
from sightline.core.narration import Scene, Telling
from sightline.flows.narrate.account import Account, Changes
from sightline.flows.narrate.catalogue import catalogue, known_language
from sightline.flows.narrate.items import doubt_of, items_of
from sightline.flows.narrate.teller import Teller
from sightline.flows.narrate.tracker import Rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.core.media import Frame

FALLBACK: Final = "en"
SLACK_S: Final = 1e-6
"""Times of frames are rounded."""
_DOWN: Final = (
    "the camera seems to look straight down: frames are flattened for the detector "
    "(if it does not, set narrate_from_above to no)"
)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to look and to speak, seconds of the clip."""

    every_s: float
    """From text to text. 0: whenever something is new."""
    look_s: float = 0.125
    """From look to look, where objects are followed. 0: every frame."""


class Narration:
    """Tells what is in the frames of one clip, camera or stream. Used by one thread.

    Args:
        engine: What looks.
        lang: Wished for; where it is not known, English is spoken and `notes` says so.
        pace: How often.
        load: Gives another engine by its name, for `swap`.
        rule: How objects are followed, and from when on they are there.
    """

    def __init__(
        self,
        engine: Engine,
        lang: str,
        pace: Pace,
        load: Callable[[str], Engine],
        rule: Rule | None = None,
    ) -> None:
        self._load = load
        self._rule = rule or Rule()
        self._looker = Looker(engine, self._rule)
        self._account = Account()
        self.pace = pace
        """How often to look and to speak; may be replaced at any time."""
        self.scene: Scene | None = None
        """What was seen last, whether it was told or not."""
        self._index = 0
        self._passed_s = 0.0
        self._seen_s: float | None = None
        self._look_due_s = self._told_s = -math.inf
        self._signature: tuple[object, ...] | None = None
        self._written_in = ""
        self.speak(lang)

    @property
    def lang(self) -> str:
        """The language that is spoken; a captioner may write another one."""
        return self._teller.lang

    @property
    def engine(self) -> str:
        """What looks."""
        return self._looker.engine.name

    @property
    def looks(self) -> int:
        """At how many frames this engine looked."""
        return self._looker.looks

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know, in English: that a language is not spoken, for one."""
        return (*self._about_words(), *((_DOWN,) if self._looker.engine.looks_down else ()))

    def _about_words(self) -> tuple[str, ...]:
        if known_language(self.asked_lang) is None:
            return (f"{self.asked_lang!r} is not spoken here: it is told in English",)
        if self._written_in not in {"", self.lang}:
            return (f"{self.engine} writes {self._written_in}, not {self.lang}",)
        return ()

    def speak(self, lang: str) -> None:
        """Go on in another language; one that is not known becomes English, and `notes` says so."""
        self.asked_lang = lang
        self._teller = Teller(catalogue(known_language(lang) or FALLBACK))

    def swap(self, engine: str) -> None:
        """Go on with another engine; when it cannot be loaded the one before goes on.

        Raises:
            UnknownEngineError, MissingWeightsError, InvalidInputError: It cannot be loaded; why.
        """
        self._looker = Looker(self._load(engine), self._rule, after=self._looker.count)
        self._account.part()
        self._signature = None
        self._written_in = ""
        self._look_due_s = self._told_s = -math.inf

    def see(self, frame: Frame) -> Telling | None:
        """Return what is to be said of a frame; None: it is too soon, or nothing is new.

        Raises:
            SightlineError: An engine failed.
        """
        before = frame.time_s if self._seen_s is None else self._seen_s
        if frame.time_s < before:  # a stream that came back has another clock
            self._look_due_s = self._told_s = -math.inf
        self._seen_s = frame.time_s
        self._passed_s += max(0.0, frame.time_s - before)
        due = frame.time_s - self._told_s >= self.pace.every_s - SLACK_S
        self._index = frame.index
        if frame.time_s < self._look_due_s or not (due or self._looker.engine.follows):
            return None
        self._look_due_s = self._next_look(frame.time_s)
        scene = self._looker.look(frame)
        self._account.rename(self._looker.renamed)
        if due:
            scene = self._looker.write(scene, frame, self.lang)
        self.scene = scene
        self._account.note(scene)
        return self._told(scene) if due else None

    def finish(self) -> Telling:
        """Return the summary of all that was seen; more frames may follow."""
        scene = self.scene or Scene(time_s=0.0, width=0, height=0)
        scene = replace(scene, time_s=self._seen_s or 0.0)
        text = self._teller.summary(self._account, self._passed_s)
        confidence = self._account.confidence
        summary = self._telling(text, self.lang, confidence, scene)
        return replace(summary, kind="summary", counts=self._account.counts())

    def close(self) -> None:
        """Let go of the engine."""
        self._looker = Looker(Engine(self.engine, ()), self._rule)

    def _next_look(self, time_s: float) -> float:
        """Return the next time on an even grid, so that the rate holds whatever frames come at."""
        step = self.pace.look_s
        if not step:
            return time_s
        return (math.floor(time_s / step + SLACK_S) + 1) * step - SLACK_S

    def _told(self, scene: Scene) -> Telling | None:
        first = self._signature is None
        changes = Changes() if first else self._account.changes()
        signature = _signature(scene)
        if signature == self._signature and not changes:
            return None
        self._signature = signature
        self._told_s = scene.time_s
        self._account.mark()
        text, lang = self._worded(scene, changes, first=first)
        return self._telling(text, lang, _confidence(scene, changes), scene)

    def _worded(self, scene: Scene, changes: Changes, *, first: bool) -> tuple[str, str]:
        """Return what is said, and in which language.

        After a caption comes what models saw, unless that would be in another language.
        """
        caption = scene.caption
        if caption is None:
            return self._teller.text(scene, changes, first=first), self.lang
        self._written_in = caption.lang
        if not self._looker.engine.eyes or caption.lang != self.lang:
            return caption.text, caption.lang
        return self._teller.after(caption.text, scene, changes, first=first), self.lang

    def _telling(self, text: str, lang: str, confidence: float, scene: Scene) -> Telling:
        return Telling(
            text=text,
            lang=lang,
            asked_lang=self.asked_lang,
            confidence=confidence,
            time_s=scene.time_s,
            index=self._index,
            scene=scene,
            engine=self.engine,
        )


def _signature(scene: Scene) -> tuple[object, ...]:
    """Return what a scene sounds like: alike scenes need not be told twice."""
    items = items_of(scene.things, (scene.width, scene.height), placed="none")
    return (
        scene.caption.text if scene.caption is not None else "",
        tuple(sorted((one.name, one.count) for one in items)),
        tuple("" if doubt_of(one) == "maybe" else name for name, one in scene.classes[:1]),
        tuple(sorted(name for name, _ in scene.tags)),
    )


def _confidence(scene: Scene, changes: Changes) -> float:
    """Return the mean probability of what a text names; 0 where it names nothing."""
    if scene.caption is not None:
        return scene.caption.confidence
    moved = [thing for thing, _ in changes.moved]
    scores = [one.score for one in (*scene.things, *changes.left, *changes.passed, *moved)]
    scores = scores or [probability for _, probability in (*scene.classes[:1], *scene.tags)]
    return sum(scores) / len(scores) if scores else 0.0
