"""Sources of frames besides clips: a picture, and a camera whose frames are pushed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sightline.core.errors import SightlineError
from sightline.core.media import ClipFacts, Frame
from sightline.imaging.decode import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sightline.core.arrays import U8
    from sightline.core.ports import FrameSource
    from sightline.imaging.frame_slot import LatestFrame
    from sightline.imaging.limits import Limits
    from sightline.imaging.source import Source


class Still:
    """A picture as a source of one frame."""

    def __init__(self, picture: Source, facts: ClipFacts, limits: Limits) -> None:
        self._picture = picture
        self._limits = limits
        self._closed = False
        self.facts = facts

    def frames(self) -> Iterator[Frame]:
        """Yield the picture.

        Raises:
            UnreadableImageError: It cannot be decoded.
        """
        if not self._closed:
            yield Frame(0, 0.0, decode(self._picture, limits=self._limits))

    def close(self) -> None:
        """Do no more."""
        self._closed = True


class Pushed:
    """The frames of a camera that somebody else reads: decoded only when they are looked at."""

    def __init__(self, slot: LatestFrame[bytes], limits: Limits) -> None:
        self._slot = slot
        self._limits = limits
        self._before = slot.seen  # what others saw already is too old
        self._closed = False
        self.unreadable = 0
        """Frames that were no picture; they are passed over."""

    @property
    def facts(self) -> ClipFacts:
        """Nothing is known before the first frame."""
        return ClipFacts(width=0, height=0, live=True)

    @property
    def dropped(self) -> int:
        """Frames that a newer one replaced before anybody looked."""
        return self._slot.dropped

    def frames(self) -> Iterator[Frame]:
        """Yield the newest frame, as soon as there is one that was not yielded yet.

        Raises:
            SourceLostError: The camera is gone.
        """
        start = time.monotonic()
        while not self._closed:
            held = self._slot.newer(self._before, timeout_s=1.0)
            if held is None:
                if self._slot.closed:
                    return
                continue
            self._before = held.index
            try:
                image = decode(held.value, limits=self._limits)
            except SightlineError:
                self.unreadable += 1
                continue
            yield Frame(held.index, max(0.0, held.at_s - start), image)

    def close(self) -> None:
        """End `frames` within a second; the camera goes on for others."""
        self._closed = True


class Changed:
    """A source whose frames pass through a function before anybody sees them."""

    def __init__(self, source: FrameSource, change: Callable[[U8], U8]) -> None:
        self._source = source
        self._change = change

    @property
    def facts(self) -> ClipFacts:
        """What is known before the first frame."""
        return self._source.facts

    def __getattr__(self, name: str) -> Any:
        """Return what else the source can tell, as in `dropped`."""
        return getattr(self._source, name)

    def frames(self) -> Iterator[Frame]:
        """Yield changed frames."""
        for frame in self._source.frames():
            yield Frame(frame.index, frame.time_s, self._change(frame.image))

    def close(self) -> None:
        """Let go of the source."""
        self._source.close()
