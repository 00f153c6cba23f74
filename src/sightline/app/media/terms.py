"""How long a medium is kept, as a person wishes it."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, get_args

from sightline.core.errors import InvalidInputError
from sightline.core.media import Blur, Retention

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_HOURS: Final = 87_600.0
MOST_REGIONS: Final = 100
_MOST_NAME: Final = 200
_CORNERS: Final = 4


def name_of(wished: str) -> str:
    """Return what a medium is called: printable, on one line, as long as a name may be."""
    plain = "".join(one if one.isprintable() else " " for one in wished[-_MOST_NAME:])
    return " ".join(plain.split()) or "medium"


def terms(
    retention: str | None, hours: float | None, *, usual_hours: float
) -> tuple[Retention, str | None]:
    """Return the retention, and when it ends (UTC, RFC 3339; None: not by the clock).

    Raises:
        InvalidInputError: They do not go together.
    """
    kept = _retention(retention, hours, usual_hours)
    if kept != "hours":
        if hours is not None:
            raise InvalidInputError(
                f"hours do not go with retention {kept!r}", hint="leave one of the two out"
            )
        return kept, None
    wanted = usual_hours if hours is None else hours
    if not math.isfinite(wanted) or not 0 < wanted <= MOST_HOURS:
        raise InvalidInputError(
            f"{wanted:g} hours is no time to keep something",
            hint=f"give more than 0 and at most {MOST_HOURS:,.0f}, or retention never",
        )
    return kept, stamp(wanted * 3600)


def _retention(retention: str | None, hours: float | None, usual_hours: float) -> Retention:
    known: dict[str, Retention] = {one: one for one in get_args(Retention)}
    if retention is not None:
        if retention not in known:
            raise InvalidInputError(
                f"no retention is called {retention[:40]!r}", hint="keep, hours or never"
            )
        return known[retention]
    return "hours" if hours is not None or usual_hours > 0 else "never"


def stamp(seconds: float) -> str:
    """Return the time in so many seconds, as in 2026-01-31T12:00:00.000Z."""
    when = datetime.now(UTC) + timedelta(seconds=seconds)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def region_of(text: str) -> tuple[float, ...]:
    """Return the corners of a region as a person writes it: 0.1,0.2,0.5,0.4.

    Raises:
        InvalidInputError: There are letters among the numbers.
    """
    try:
        return tuple(float(one) for one in text.split(","))
    except ValueError as error:
        raise _no_region(text) from error


def blur_of(*, faces: bool, regions: Iterable[Sequence[float]]) -> Blur:
    """Return what is to be blurred.

    Raises:
        InvalidInputError: A region does not lie in the picture, or there are too many.
    """
    boxes = tuple(tuple(map(float, one)) for one in regions)
    if len(boxes) > MOST_REGIONS:
        raise InvalidInputError(
            f"{len(boxes)} regions are too many", hint=f"at most {MOST_REGIONS}; join some"
        )
    for box in boxes:
        if len(box) != _CORNERS or not _inside(box):
            raise _no_region(",".join(f"{one:g}" for one in box))
    return Blur(faces=faces, regions=tuple((a, b, c, d) for a, b, c, d in boxes))


def _no_region(text: str) -> InvalidInputError:
    return InvalidInputError(
        f"{text[:80]!r} is no region",
        hint="x1,y1,x2,y2 as shares of width and height, as in 0.1,0.2,0.5,0.4",
    )


def _inside(box: tuple[float, ...]) -> bool:
    x1, y1, x2, y2 = box
    return 0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1
