"""A detector that finds out by itself whether its camera looks straight down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.app.narration.still import StillEye
from sightline.flows.narrate.slant import Slant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.app.narration.eyes import Eye, Sight
    from sightline.core.arrays import U8
    from sightline.core.narration import Thing
    from sightline.flows.narrate.slant import Words


class TurningEye:
    """Looks at frames as they are, until they turn out to be taken from above.

    Args:
        plain: Sees frames as they are.
        flat: The same detector, which is shown frames flattened.
        words: What it calls what counts here.
    """

    follows = True

    def __init__(self, plain: Eye, flat: Eye, words: Words | None = None) -> None:
        self._eye = StillEye(plain)
        self._flat = flat
        self._slant = Slant(words)
        self.turned = False
        """Frames are taken from above."""

    def look(self, image: U8, *, min_score: float) -> Sight:
        """Return what is in an upright RGB picture (H, W, 3)."""
        return self._eye.look(image, min_score=min_score)

    def reconsider(self, image: U8, things: Sequence[Thing], *, min_score: float) -> dict[int, str]:
        """Return what things are after all, by their numbers; nothing while that does not change.

        The picture is looked at a second time only if something in it cannot be what it is called.
        """
        doubted = self._slant.doubtful(things)
        if not doubted:
            return {}
        sight = self._flat.look(image, min_score=min_score)
        found = self._slant.compare(doubted, sight.boxes, sight.scores, sight.names)
        if found:
            self.turned = True
            self._eye = StillEye(self._flat)
        return found
