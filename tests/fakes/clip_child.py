"""A process that reads clips and says how each went: damage must not take more than it down."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

MOST_FRAMES = 300


def serve(pipe: Connection[Any, Any]) -> None:
    """Answer each path and decoder with a reason, or with how many frames it gave; None ends it."""
    while (asked := pipe.recv()) is not None:
        pipe.send(read(Path(asked[0]), asked[1]))


def read(path: Path, decoder: Any) -> str | int:
    """Return the number of frames, or the reason why there are none or no more."""
    from sightline.core.errors import UnreadableMediaError
    from sightline.imaging.video import open_clip

    count = 0
    try:
        clip = open_clip(path, decoder=decoder)
        try:
            for frame in clip.frames():
                count += 1
                assert frame.image.shape[2] == 3
                if count >= MOST_FRAMES:
                    break
        finally:
            clip.close()
    except UnreadableMediaError as error:
        return error.reason
    return count
