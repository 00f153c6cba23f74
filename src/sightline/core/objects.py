"""An object in a picture: its shape, its class and what a person says of it."""

from __future__ import annotations

import itertools
import math
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from sightline.core.errors import InvalidInputError
from sightline.core.geometry.shapes import shape_from_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sightline.core.geometry.shapes import Shape

Review = Literal["todo", "in_progress", "done", "reviewed", "rejected"]
REVIEWS: Final[tuple[Review, ...]] = get_args(Review)
"""How far the drawing of a picture is. Stored as their place in this order."""
PERSON: Final = "person"
"""The source of what somebody drew; others name an engine or a file, as in `engine:yolox`."""
MAX_ATTRIBUTES: Final = 100
MAX_TEXT: Final = 2_000
MAX_INTEGER: Final = 2**53 - 1
"""The largest whole number that JavaScript keeps exactly."""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_COUNTER: Final = itertools.count()
_UID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageObject:
    """One object of an image."""

    uid: str
    """Names it within its image, from the first draft in the browser to the export."""
    class_id: int
    shape: Shape
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Text, numbers and booleans by name."""
    z: int = 0
    """Drawn later when higher."""
    locked: bool = False
    hidden: bool = False
    score: float | None = None
    """0..1, of what an engine proposed."""
    source: str = PERSON

    def to_json(self) -> dict[str, Any]:
        """Return it for the page, the journal and exports."""
        return {
            "uid": self.uid,
            "kind": self.shape.kind,
            "geometry": self.shape.to_json(),
            "class_id": self.class_id,
            "attributes": dict(self.attributes),
            "z": self.z,
            "locked": self.locked,
            "hidden": self.hidden,
            "score": self.score,
            "source": self.source,
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> ImageObject:
        """Read what `to_json` wrote; what is left out takes its default.

        Raises:
            InvalidInputError: A value is not valid.
        """
        uid = str(data.get("uid") or new_uid())
        if not _UID.fullmatch(uid):
            raise InvalidInputError(
                f"{uid[:40]!r} cannot name an object", hint="1 to 32 letters, digits, - or _"
            )
        return ImageObject(
            uid=uid,
            class_id=int(data["class_id"]),
            shape=shape_from_json(str(data["kind"]), data["geometry"]),
            attributes=_attributes(data.get("attributes") or {}),
            z=int(data.get("z") or 0),
            locked=bool(data.get("locked")),
            hidden=bool(data.get("hidden")),
            score=_score(data.get("score")),
            source=str(data.get("source") or PERSON)[:200],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectChange:
    """A wish: these objects of an image shall be so, and those shall be gone.

    `version` is the one that the person saw; None overrules whatever is there.
    """

    image_id: int
    put: tuple[ImageObject, ...] = ()
    """New ones, and those that stand in the place of what bears their uid."""
    delete: tuple[str, ...] = ()
    """Uids; one that is gone already is no error."""
    clear: bool = False
    """All that is there goes first."""
    review: Review | None = None
    """None: as it was; but a first object makes `todo` into `in_progress`."""
    note: str | None = None
    """Why it was rejected; None: as it was."""
    version: int | None = None


def new_uid() -> str:
    """Return a name that no other object has; of two, the later one sorts behind."""
    place = next(_COUNTER) & 0xFFFFF
    return f"{time.time_ns() // 1_000_000:011x}{place:05x}{secrets.token_hex(2)}"


def review_code(review: str) -> int:
    """Return how a review status is stored.

    Raises:
        InvalidInputError: There is no such status.
    """
    for place, known in enumerate(REVIEWS):
        if known == review:
            return place
    raise InvalidInputError(f"no review status {review!r}", hint=f"use {', '.join(REVIEWS)}")


def _attributes(values: Mapping[str, Any]) -> dict[str, Any]:
    if len(values) > MAX_ATTRIBUTES:
        raise InvalidInputError(
            f"{len(values)} attributes", hint=f"an object has at most {MAX_ATTRIBUTES}"
        )
    for name, value in values.items():
        if not _is_plain(value):
            raise InvalidInputError(
                f"the attribute {str(name)[:40]!r} is not valid",
                hint=f"text up to {MAX_TEXT:,} characters, a number, true or false",
            )
    return {str(name)[:200]: value for name, value in values.items()}


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_TEXT and not _SURROGATE.search(value)
    if isinstance(value, int):
        return abs(value) <= MAX_INTEGER
    return isinstance(value, float) and math.isfinite(value)


def _score(value: Any) -> float | None:
    if value is None:
        return None
    score = float(value)
    if not 0 <= score <= 1:
        raise InvalidInputError(f"no score of {value}", hint="a score is 0 to 1")
    return score
