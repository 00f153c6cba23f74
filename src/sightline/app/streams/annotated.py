"""A clip with what was seen drawn into it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.streams.looks import FOLDER, Looks
from sightline.app.streams.overlays import marks_of
from sightline.core.errors import InvalidInputError, NotFoundError
from sightline.core.files import fsync_dir
from sightline.core.progress import Silent
from sightline.formats.subtitles import cues_of
from sightline.imaging.clip_writer import open_writer
from sightline.imaging.marks import draw_caption, draw_marks, writable

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app.media.shelf import MediaShelf
    from sightline.app.streams.streams import Streams
    from sightline.core.arrays import U8
    from sightline.core.progress import Progress
    from sightline.formats.subtitles import Cue
    from sightline.jobs.runner import JobRunner

JOB: Final = "annotate-clip"
PX: Final = 1_280
"""Long side of the clip that is written, pixels, at most."""
_FPS: Final = 25.0
"""Where the clip does not say."""


class Annotated:
    """Draws boxes and texts of a clip's newest narration into a copy of it."""

    def __init__(self, shelf: MediaShelf, streams: Streams, jobs: JobRunner, person: str) -> None:
        self._shelf, self._streams = shelf, streams
        self._jobs, self._person = jobs, person

    def start(
        self, media_id: str, *, lang: str | None = None, captions: bool = True
    ) -> dict[str, Any]:
        """Let a job write it; `file` has it then.

        Raises:
            NotFoundError: No such medium, or nothing was told of it.
            InvalidInputError: It is no clip.
        """
        self._check(media_id, lang)
        arguments = {"media_id": media_id, "lang": lang, "captions": captions}
        return self._jobs.start(JOB, arguments, actor=self._person).to_dict()

    def file(self, media_id: str) -> Path:
        """Return the annotated clip.

        Raises:
            NotFoundError: There is none.
        """
        path = self._shelf.folder(media_id) / "annotated.mp4"
        if not path.is_file():
            raise NotFoundError(
                f"{media_id} has no annotated clip yet", hint="have it made: POST there"
            )
        return path

    def write(
        self,
        media_id: str,
        *,
        lang: str | None = None,
        captions: bool = True,
        out: Path | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Write the clip.

        Args:
            media_id: Of what.
            lang: Of the narration; None: the newest one.
            captions: Whether its texts stand at the foot of the picture.
            out: Where; None: beside the clip, where `file` finds it.
            progress: Told about each frame.

        Returns:
            path, frames, bytes and `notes` about what could not be done.

        Raises:
            NotFoundError: No such medium, nothing was told of it, or it is not stored any more.
            InvalidInputError: It is no clip.
            StorageError: The disk refuses.
        """
        told = progress or Silent()
        records = self._check(media_id, lang)
        folder = self._shelf.folder(media_id)
        path = out or folder / "annotated.mp4"
        looks = Looks.read(folder / FOLDER / f"{records[-1]['session']}.jsonl")
        cues, notes = _captions(records, self._streams.duration_s(media_id), wanted=captions)
        part = path.with_name(f".{path.stem}.part.mp4")
        try:
            frames = self._draw(media_id, part, looks, cues, told)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        fsync_dir(path.parent)
        size = path.stat().st_size
        return {"path": str(path), "frames": frames, "bytes": size, "notes": notes}

    def _check(self, media_id: str, lang: str | None) -> list[dict[str, Any]]:
        """Return the records of the narration to draw."""
        if self._shelf.get(media_id).kind != "clip":
            raise InvalidInputError(
                f"{media_id} is no clip", hint="only clips are kept, so that they can be drawn into"
            )
        records = self._streams.records(media_id, lang=lang)
        if not records:
            raise NotFoundError(f"nothing was told of {media_id}", hint="narrate it first")
        return [one for one in records if one["session"] == records[-1]["session"]]

    def _draw(
        self, media_id: str, part: Path, looks: Looks, cues: list[Cue], told: Progress
    ) -> int:
        count, writer = 0, None
        with closing(self._shelf.open(media_id)) as source:
            facts = source.facts
            for frame in source.frames():
                image = _shown(frame.image)
                if writer is None:
                    writer = open_writer(part, (image.shape[1], image.shape[0]), facts.fps or _FPS)
                width, boxes = looks.at(frame.time_s)
                draw_marks(image, marks_of(boxes, image.shape[1] / max(width, 1)))
                caption = next((c for c in cues if c.start_s <= frame.time_s < c.end_s), None)
                if caption is not None:
                    draw_caption(image, caption.text)
                writer.add(image, frame.time_s)
                count += 1
                told.advance(count, facts.frames or None)
        if writer is None:
            raise NotFoundError("the clip has no frames", hint="send it again")
        writer.close()
        return count


def _captions(
    records: list[dict[str, Any]], duration_s: float, *, wanted: bool
) -> tuple[list[Cue], list[str]]:
    """Return what stands at the foot and when, and why it does not."""
    spoken = [(one["time_s"], one["text"]) for one in records if one["kind"] == "text"]
    if not wanted:
        return [], []
    if not all(writable(text) for _, text in spoken):
        return [], ["there are no letters for this language here: take the subtitles besides"]
    return cues_of(spoken, duration_s=duration_s), []


def _shown(image: U8) -> U8:
    """Return a copy of a frame to draw into: of even sides, none above `PX`."""
    import cv2

    height, width = image.shape[:2]
    scale = min(PX / max(width, height), 1.0)
    size = max(round(width * scale) // 2 * 2, 2), max(round(height * scale) // 2 * 2, 2)
    if size == (width, height):
        return image.copy()
    return np.ascontiguousarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
