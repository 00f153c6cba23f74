"""What is asked of an engine that finds what words name: a question, as data."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from sightline.app.texts.shapes import FORMS, Form
from sightline.core.errors import InvalidInputError
from sightline.core.phrases import checked_phrases

if TYPE_CHECKING:
    from pathlib import Path

LEAST_TILE_PX: Final = 64
SCORES: Final = (0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextWish:
    """What is to be found, and what becomes of it."""

    engine: str
    texts: tuple[str, ...]
    min_score: float | None = None
    """Below it nothing is kept, 0..1; None: what is usual for the engine."""
    classes: dict[str, str] = field(default_factory=dict)
    """Texts to the names of their classes; others go by their own name."""
    create: bool = False
    """Make the classes that are missing."""
    segmenter: str | None = None
    """Who makes each box tight, or a polygon of it."""
    form: Form = "box"
    tile_px: int = 0
    """Side of tiles in which small things are looked for as well; 0: none."""

    def checked(self) -> TextWish:
        """Return it with plain texts.

        Raises:
            InvalidInputError: It cannot be asked so.
        """
        if self.form not in FORMS:
            raise InvalidInputError(f"no form {self.form!r}", hint=f"one of {', '.join(FORMS)}")
        if self.min_score is not None and not SCORES[0] <= self.min_score <= SCORES[1]:
            raise InvalidInputError(f"a score of {self.min_score}", hint="0 to 1")
        if self.tile_px and self.tile_px < LEAST_TILE_PX:
            raise InvalidInputError(
                f"tiles of {self.tile_px} px are too small", hint=f"{LEAST_TILE_PX} or more, or 0"
            )
        return replace(self, texts=checked_phrases(self.texts))

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self) | {"texts": list(self.texts)}

    @staticmethod
    def from_json(data: dict[str, Any]) -> TextWish:
        """Read what `to_json` wrote."""
        return TextWish(**(data | {"texts": tuple(data["texts"])}))


class Asked:
    """Which images were asked a question, in a file: it is continued where it stopped."""

    def __init__(self, folder: Path, *about: Any) -> None:
        text = json.dumps(about, sort_keys=True, default=str).encode()
        self._file = folder / f"{hashlib.blake2b(text, digest_size=12).hexdigest()}.ids"

    def ids(self) -> set[int]:
        """Return their ids; a torn last line is none."""
        if not self._file.is_file():
            return set()
        whole, _, _ = self._file.read_text("ascii", "ignore").rpartition("\n")
        return {int(line) for line in whole.splitlines() if line.isdecimal()}

    def add(self, image_id: int) -> None:
        """Note one."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="ascii") as file:
            file.write(f"{image_id}\n")

    def forget(self) -> None:
        """Begin anew."""
        self._file.unlink(missing_ok=True)
