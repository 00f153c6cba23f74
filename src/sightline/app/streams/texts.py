"""What was told of a medium, to take away: JSON lines, subtitles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal

from sightline.app.streams.records import message_of
from sightline.core.errors import NotFoundError
from sightline.formats.subtitles import MEDIA_TYPES, cues_of, to_srt, to_vtt

if TYPE_CHECKING:
    from sightline.app.streams.streams import Streams

TextFormat = Literal["jsonl", "srt", "vtt"]
TYPES: Final[dict[TextFormat, str]] = {
    "jsonl": "application/x-ndjson; charset=utf-8",
    "srt": MEDIA_TYPES["srt"],
    "vtt": MEDIA_TYPES["vtt"],
}


class Texts:
    """Reads what narrations left."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    def told(
        self, media_id: str, *, lang: str | None = None, after: int = 0
    ) -> list[dict[str, Any]]:
        """Return the texts of the newest narration of a medium, as viewers got them.

        Args:
            media_id: Which.
            lang: Of the newest one in this language.
            after: Only those above this id.

        Raises:
            NotFoundError: No such medium.
        """
        records = self._streams.records(media_id, lang=lang)
        newest = records[-1]["session"] if records else ""
        return [
            message_of(one) for one in records if one["session"] == newest and one["id"] > after
        ]

    def file(self, media_id: str, kind: TextFormat, *, lang: str | None = None) -> str:
        """Return them as the content of a file.

        Raises:
            NotFoundError: No such medium, or nothing was told of it.
        """
        told = self.told(media_id, lang=lang)
        if not told:
            which = f" in {lang}" if lang else ""
            raise NotFoundError(
                f"nothing was told of {media_id}{which}", hint="narrate it first: open its stream"
            )
        if kind == "jsonl":
            return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in told)
        spoken = [(one["time_s"], one["text"]) for one in told if one["kind"] == "text"]
        cues = cues_of(spoken, duration_s=self._streams.duration_s(media_id))
        if kind == "srt":
            return to_srt(cues)
        return to_vtt(cues, note=next((o["text"] for o in told if o["kind"] == "summary"), ""))
