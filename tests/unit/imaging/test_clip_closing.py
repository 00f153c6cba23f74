"""Closing a clip: from a signal's handler, or from another thread."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from fakes.clips import frame
from sightline.core.media import ClipFacts
from sightline.imaging.clip import Clip
from sightline.imaging.containers import Structure

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.core.arrays import U8


class Steps:
    """A decoder without an end; `meanwhile` is called in the midst of its third step."""

    facts = ClipFacts(width=64, height=48, fps=10)
    found = Structure()

    def __init__(self) -> None:
        self.meanwhile: Callable[[], None] = lambda: None
        self.count = 0
        self.busy = False
        self.releases: list[bool] = []
        """For each release whether it came in the midst of a step."""

    def seek(self, time_s: float) -> None:
        """Go nowhere."""

    def step(self) -> float | None:
        """Go on."""
        self.busy = True
        self.count += 1
        if self.count == 3:
            self.meanwhile()
        self.busy = False
        return self.count / 10

    def image(self) -> U8:
        """Return a frame."""
        return frame(self.count % 16)

    def release(self) -> None:
        """Note it."""
        self.releases.append(self.busy)


def test_a_signal_in_the_midst_of_a_step_closes_the_clip_after_it() -> None:
    steps = Steps()
    clip = Clip(steps, "one.mp4", start_s=0, max_fps=0)
    steps.meanwhile = clip.close
    seen: list[float] = []
    reader = threading.Thread(
        target=lambda: seen.extend(one.time_s for one in clip.frames()), daemon=True
    )

    reader.start()
    reader.join(60)

    assert not reader.is_alive(), "it waits for itself"
    assert seen == [0.1, 0.2]
    assert steps.releases == [False]


def test_a_closed_clip_lets_go_of_its_file_once() -> None:
    steps = Steps()
    clip = Clip(steps, "one.mp4", start_s=0, max_fps=0)

    clip.close()
    clip.close()

    assert list(clip.frames()) == []
    assert steps.releases == [False]
