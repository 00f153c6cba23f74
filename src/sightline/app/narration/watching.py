"""A source narrated from its first frame to its summary."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sightline.app.streams.records import record_of
from sightline.core.errors import SourceLostError, UnreadableMediaError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.app.narration.narration import Narration
    from sightline.core.narration import Telling
    from sightline.core.ports import FrameSource


class Watch:
    """Looks at a source frame after frame.

    Args:
        source: It; closed at the end.
        narration: What tells.
        seconds: Of the source, after which it ends; 0: when the source does.
    """

    def __init__(self, source: FrameSource, narration: Narration, *, seconds: float = 0.0) -> None:
        self._source = source
        self.narration = narration
        self._seconds = seconds
        self._stopped = False
        self._frames = 0
        self.latency_ms = 0.0
        """How long looking at the frame of the last text took."""

    def stop(self) -> None:
        """End after this frame; the summary is still told. A signal's handler may call it."""
        self._stopped = True
        self._source.close()

    def tellings(self) -> Iterator[Telling]:
        """Yield texts as they come, and the summary at the end, however it ends.

        A picture has none: it would say the same again.

        Raises:
            UnreadableMediaError: The clip broke off; the summary was told.
            SourceLostError: The camera or stream is gone; the summary was told.
        """
        broke: UnreadableMediaError | SourceLostError | None = None
        try:
            yield from self._texts()
        except (UnreadableMediaError, SourceLostError) as error:
            broke = error
        finally:
            self._source.close()
        if self._frames > 1 or (self._frames and self._stopped):
            yield self.narration.finish()
        if broke is not None:
            raise broke

    def line(self, number: int, telling: Telling) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return a telling as a line of JSON, and as the record that overlays are drawn from."""
        about = {
            "key": "",
            "session": "",
            "latency_ms": round(self.latency_ms, 1),
            "dropped": 0,
            "notes": list(self.narration.notes),
        }
        record = record_of(telling, media_id="", about=about) | {"id": number}
        hidden = {"key", "session", "heat", "media_id"}
        return {name: value for name, value in record.items() if name not in hidden}, record

    def _texts(self) -> Iterator[Telling]:
        begun_s: float | None = None
        for frame in self._source.frames():
            begun_s = frame.time_s if begun_s is None else begun_s
            if self._stopped or (self._seconds and frame.time_s - begun_s >= self._seconds):
                return
            self._frames += 1
            came = time.perf_counter()
            telling = self.narration.see(frame)
            if telling is not None:
                self.latency_ms = (time.perf_counter() - came) * 1000
                yield telling
