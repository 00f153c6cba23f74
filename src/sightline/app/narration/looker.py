"""An engine at work: frames in, scenes out, objects followed from one to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

from sightline.app.narration.eyes import NOTHING, TOP
from sightline.app.narration.turning import TurningEye
from sightline.core.narration import Scene
from sightline.flows.narrate.calm import Calm, Steady
from sightline.flows.narrate.tracker import Tracker

if TYPE_CHECKING:
    from sightline.app.narration.eyes import Eye, Sight
    from sightline.app.narration.scribe import Scribe
    from sightline.core.media import Frame
    from sightline.core.narration import Thing
    from sightline.flows.narrate.tracker import Rule


@dataclass(frozen=True, slots=True)
class Engine:
    """What an engine's name stands for."""

    name: str
    """Its whole name, as in `template:cars,weather`."""
    eyes: tuple[Eye, ...]
    scribe: Scribe | None = None

    @property
    def follows(self) -> bool:
        """Whether objects are followed."""
        return any(one.follows for one in self.eyes)

    @property
    def looks_down(self) -> bool:
        """Whether frames turned out to be taken from above."""
        return any(isinstance(one, TurningEye) and one.turned for one in self.eyes)


class Looker:
    """Looks at the frames of one clip with one engine.

    Args:
        engine: It.
        rule: How objects are followed.
        after: The last number that an object has already.
    """

    def __init__(self, engine: Engine, rule: Rule, *, after: int = 0) -> None:
        self.engine = engine
        self._rule = rule
        self._tracker = Tracker(rule, after=after)
        self._calm, self._steady = Calm(), Steady()
        self.looks = 0
        """At how many frames it looked."""
        self.renamed: dict[int, str] = {}
        """What things turned out to be that were called otherwise before, by their numbers."""

    @property
    def count(self) -> int:
        """The last number that an object got."""
        return self._tracker.count

    def look(self, frame: Frame) -> Scene:
        """Return what is in a frame, without a caption.

        Raises:
            SightlineError: An engine failed.
        """
        self.looks += 1
        height, width = frame.image.shape[:2]
        least = self._rule.doubtful
        sights = [one.look(frame.image, min_score=least) for one in self.engine.eyes]
        sight = reduce(lambda a, b: a.beside(b), sights, NOTHING)
        things = self._tracker.follow(
            frame.time_s, sight.boxes, sight.scores, sight.names, size_wh=(width, height)
        )
        return Scene(
            time_s=frame.time_s,
            width=width,
            height=height,
            things=self._reconsidered(frame, things),
            classes=self._calmed(frame.time_s, sight),
            tags=self._steady.take(frame.time_s, sight.tags),
            heat=sight.heat,
        )

    def _reconsidered(self, frame: Frame, things: tuple[Thing, ...]) -> tuple[Thing, ...]:
        """Return things as they are called once it is clear from where the camera looks."""
        for eye in self.engine.eyes:
            if isinstance(eye, TurningEye):
                names = eye.reconsider(frame.image, things, min_score=self._rule.doubtful)
                self._tracker.rename(names)
                self.renamed |= names
                things = tuple(replace(one, name=names.get(one.track, one.name)) for one in things)
        return things

    def _calmed(self, time_s: float, sight: Sight) -> tuple[tuple[str, float], ...]:
        """Return the likeliest classes; none where there is none, as on mere background."""
        return self._calm.take(time_s, sight.classes)[:TOP] if sight.classes else ()

    def write(self, scene: Scene, frame: Frame, lang: str) -> Scene:
        """Return a scene with what the captioner says of its frame, where there is a captioner."""
        scribe = self.engine.scribe
        if scribe is None:
            return scene
        return replace(scene, caption=scribe.write(frame.image, lang))
