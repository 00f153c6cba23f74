"""Cameras and streams: the newest frame, and patience when they do not answer."""

from __future__ import annotations

import logging
import random
import threading
import time
from typing import TYPE_CHECKING, Any, Final, Protocol

from sightline.core.errors import SourceLostError
from sightline.core.media import ClipFacts, Frame
from sightline.imaging.clip_opencv import facts_of, quiet, to_rgb
from sightline.imaging.frame_slot import LatestFrame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sightline.imaging.clip import ClipLimits

FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 8.0
_LOOK_S: Final = 0.5
"""After so long a reader looks whether it was closed."""
logger = logging.getLogger(__name__)


class Capture(Protocol):
    """What OpenCV opens."""

    def grab(self) -> bool:
        """Go to the next frame; False: there is none."""
        ...

    def retrieve(self) -> tuple[bool, Any]:
        """Return the frame, BGR."""
        ...

    def get(self, what: int, /) -> float:
        """Return a fact."""
        ...

    def release(self) -> None:
        """Let go of it."""
        ...


class LiveSource:
    """Reads a camera or a stream in a thread, so that nobody who is late makes frames old.

    Every frame is taken off the wire; only the one that somebody waits for becomes a picture.

    Args:
        connect: Opens it; None: it does not answer.
        name: What errors call it.
        limits: What is refused, and to what frames are shrunk.
        patience_s: For so long it is asked again when it is lost, at growing intervals.
        wait: Waits for so many seconds, or until the event is set.

    Raises:
        SourceLostError: It does not answer at all.
        UnreadableMediaError: Its frames are too large.
    """

    def __init__(
        self,
        connect: Callable[[], Capture | None],
        name: str,
        limits: ClipLimits,
        *,
        patience_s: float,
        wait: Callable[[threading.Event, float], bool] = threading.Event.wait,
    ) -> None:
        self._connect = connect
        self._name = name
        self._limits = limits
        self._patience_s = patience_s
        self._wait = wait
        self._ending = threading.Event()
        self._wanted = threading.Event()
        self._slot = LatestFrame[Any]()
        self._grabbed = 0
        self._waited, self._pause = 0.0, FIRST_WAIT_S
        """Seconds since the last frame that were waited, and the next interval."""
        self.reconnects = 0
        """How often it was lost and came back."""
        capture = connect()
        if capture is None:
            raise SourceLostError(
                f"{name} does not answer", hint="check its address, its network and its password"
            )
        self.facts = self._read_facts(capture)
        self._thread = threading.Thread(
            target=self._run, args=(capture,), name="live-source", daemon=True
        )
        self._thread.start()

    @property
    def dropped(self) -> int:
        """Frames that nobody waited for."""
        return max(0, self._grabbed - self._slot.count)

    def frames(self) -> Iterator[Frame]:
        """Yield the frame that comes next, each time it is asked for.

        Raises:
            SourceLostError: It has not answered for too long.
        """
        start = time.monotonic()
        cv2 = quiet()
        while not self._ending.is_set():
            self._wanted.set()
            held = self._slot.take(timeout_s=_LOOK_S)
            if held is not None:
                index, image = held.value
                size = self._limits.shown(image.shape[1], image.shape[0])
                yield Frame(index, held.at_s - start, to_rgb(cv2, image, size))
            elif self._slot.closed:
                return

    def close(self) -> None:
        """Let go of it; `frames` ends."""
        self._ending.set()
        self._slot.close()

    def _read_facts(self, capture: Capture) -> ClipFacts:
        try:
            plain = facts_of(capture, self._name, self._limits, counted=False)
        except BaseException:
            capture.release()
            raise
        return ClipFacts(
            width=plain.width, height=plain.height, fps=plain.fps, codec=plain.codec, live=True
        )

    def _run(self, capture: Capture) -> None:
        why = f"has not answered for {self._patience_s:g} seconds"
        try:
            self._follow(capture)
        except Exception as error:
            logger.exception("a live source broke")
            why = f"broke: {str(error)[:200] or type(error).__name__}"
        if not self._ending.is_set():
            self._slot.close(
                SourceLostError(
                    f"{self._name} {why}",
                    hint="check its cable, its network and its power, then begin again",
                )
            )

    def _follow(self, capture: Capture) -> None:
        """Read it until it is closed, or stays away."""
        found: Capture | None = capture
        while found is not None:
            try:
                while not self._ending.is_set() and self._read(found):
                    pass
            finally:
                found.release()
            found = None if self._ending.is_set() else self._again()

    def _read(self, capture: Capture) -> bool:
        """Take a frame off the wire; False: there is none."""
        if not capture.grab():
            return False
        index, self._grabbed = self._grabbed, self._grabbed + 1
        if self._wanted.is_set():
            found, image = capture.retrieve()
            if not found:
                return False
            self._wanted.clear()
            self._slot.put((index, image))
        self._waited, self._pause = 0.0, FIRST_WAIT_S
        return True

    def _again(self) -> Capture | None:
        """Ask again until it answers; None: patience has ended, or it was closed.

        Only a frame gives patience back: one that opens each time may still show nothing.
        """
        while self._waited < self._patience_s:
            jittered = self._pause * random.uniform(0.5, 1.0)  # noqa: S311 - spreads, hides nothing
            if self._wait(self._ending, jittered):
                return None
            self._waited += jittered
            self._pause = min(LONGEST_WAIT_S, self._pause * 2)
            capture = self._connect()
            if capture is not None:
                self.reconnects += 1
                return capture
        return None


def connect(target: str | int, *, open_s: float) -> Callable[[], Capture | None]:
    """Return what opens an address, or the camera of this machine with this number."""

    def open_it() -> Capture | None:
        cv2 = quiet()
        if isinstance(target, int):
            capture = cv2.VideoCapture(target, cv2.CAP_ANY)
        else:
            wait_ms = int(open_s * 1000)
            times = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, wait_ms]
            times += [cv2.CAP_PROP_READ_TIMEOUT_MSEC, wait_ms]
            capture = cv2.VideoCapture(target, cv2.CAP_FFMPEG, times)
        if capture.isOpened():
            found: Capture = capture
            return found
        capture.release()
        return None

    return open_it
