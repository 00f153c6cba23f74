"""What was told, as files: lines of JSON as they come, overlays, and subtitles at the end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self

from sightline.app.streams.overlays import OverlayWish, painted
from sightline.core.files import write_atomic
from sightline.explain.draw import png
from sightline.formats.subtitles import cues_of, to_srt, to_vtt

if TYPE_CHECKING:
    from pathlib import Path


class Sheets:
    """A folder that a narration is written to; used in a `with` block.

    texts.jsonl holds a line for each text from the moment it is told; overlays/ID.png what was seen
    in its frame, transparent elsewhere; narration.srt and .vtt the texts as subtitles. Those of an
    earlier narration in the same folder are replaced.
    """

    def __init__(self, folder: Path, *, note: str = "") -> None:
        self._folder = folder
        self._note = note
        self._told: list[tuple[float, str]] = []
        (folder / "overlays").mkdir(parents=True, exist_ok=True)
        for one in (folder / "overlays").glob("*.png"):
            if one.stem.isdecimal():
                one.unlink()
        self._file = (folder / "texts.jsonl").open("w", encoding="utf-8")

    def __enter__(self) -> Self:
        """Use it in a `with` block."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Write the subtitles of all that was told."""
        self._file.close()
        cues = cues_of(self._told)
        write_atomic(self._folder / "narration.srt", to_srt(cues).encode())
        write_atomic(self._folder / "narration.vtt", to_vtt(cues, note=self._note).encode())

    def add(self, line: dict[str, Any], record: dict[str, Any]) -> None:
        """Write a text: its line, and the overlay that its record describes, if it has one."""
        self._told.append((line["time_s"], line["text"]))
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()
        if line["kind"] == "text" and (record["boxes"] or record.get("heat")):
            long_px = max(record["width"], record["height"], 1)
            picture = png(painted(record, OverlayWish(px=long_px)))
            write_atomic(self._folder / "overlays" / f"{line['id']}.png", picture)
