"""An edit of a picture, as data: what is cut out of it and how that is turned.

All of it is said in the upright frame: the picture as it is shown, after EXIF, from (0, 0) at the
top left to (1, 1) at the bottom right. The cut is `crop`, made smaller about its middle by `zoom`
and to the shape `aspect`, and turned there by what of `rotate` is no quarter; where a corner would
then lie outside of the picture, the cut shrinks about its middle until none does. What is cut out
is mirrored by `flip`, then turned clockwise by the quarters of `rotate`.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from sightline.core.errors import InvalidInputError

LEAST: Final = 0.001
"""Share of a side that a cut has at least."""
MOST_ZOOM: Final = 50.0
MOST_ASPECT: Final = 20.0
SLACK: Final = 1e-6
DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a picture is cut, in pixels of the upright frame."""

    centre: tuple[float, float]
    size: tuple[float, float]
    """Width and height along the cut's own sides."""
    tilt: float
    """Degrees, -45..45: the cut is turned counter-clockwise by so much, its content clockwise."""

    def corners(self) -> list[tuple[float, float]]:
        """Return the corners from the top left on, clockwise as they come out."""
        (cx, cy), (w, h) = self.centre, self.size
        cos, sin = math.cos(math.radians(self.tilt)), math.sin(math.radians(self.tilt))
        corners = ((-w / 2, -h / 2), (w / 2, -h / 2), (w / 2, h / 2), (-w / 2, h / 2))
        return [(cx + x * cos + y * sin, cy - x * sin + y * cos) for x, y in corners]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What is done to a picture; the default does nothing."""

    crop: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    """Left, top, width, height, each 0..1 of the upright frame."""
    rotate: float = 0.0
    """Degrees clockwise, above -180 to 180."""
    flip: bool = False
    """Mirrored left to right."""
    zoom: float = 1.0
    """1..50: the cut has that part of the crop's sides."""
    aspect: float = 0.0
    """Width by height of what comes out, the largest that fits; 0: the crop's."""

    def __post_init__(self) -> None:
        """Refuse what cannot be carried out."""
        numbers = (*self.crop, self.rotate, self.zoom, self.aspect)
        if len(self.crop) != 4 or not all(map(math.isfinite, numbers)):  # noqa: PLR2004
            raise InvalidInputError("an edit has numbers only", hint="crop is x, y, width, height")
        x, y, w, h = self.crop
        if min(x, y) < 0 or min(w, h) < LEAST or x + w > 1 + SLACK or y + h > 1 + SLACK:
            raise InvalidInputError(
                f"the crop {self.crop} does not lie in the picture",
                hint="left, top, width and height are shares of the upright picture, 0 to 1",
            )
        if not -180 < self.rotate <= 180:  # noqa: PLR2004
            raise InvalidInputError(f"no rotation by {self.rotate:g}", hint="-180 to 180 degrees")
        if not 1 <= self.zoom <= MOST_ZOOM:
            raise InvalidInputError(f"no zoom of {self.zoom:g}", hint=f"1 to {MOST_ZOOM:g}")
        if self.aspect and not 1 / MOST_ASPECT <= self.aspect <= MOST_ASPECT:
            raise InvalidInputError(
                f"no shape of {self.aspect:g} to 1", hint=f"up to {MOST_ASPECT:g}; 0: any"
            )

    @property
    def quarters(self) -> int:
        """Quarter turns clockwise, 0..3."""
        return math.floor(self.rotate / 90 + 0.5) % 4

    @property
    def tilt(self) -> float:
        """What is left of the rotation, -45..45 degrees."""
        return self.rotate - 90 * math.floor(self.rotate / 90 + 0.5)

    @property
    def is_nothing(self) -> bool:
        """Whether the picture stays as it is."""
        return self == Edit()

    def cut(self, width: float, height: float) -> Cut:
        """Return where a picture of so many pixels is cut."""
        x, y, w, h = self.crop
        cx, cy = (x + w / 2) * width, (y + h / 2) * height
        w, h = w * width / self.zoom, h * height / self.zoom
        if self.aspect:
            shape = 1 / self.aspect if self.quarters % 2 else self.aspect
            w, h = min(w, h * shape), min(h, w / shape)
        cos, sin = abs(math.cos(math.radians(self.tilt))), abs(math.sin(math.radians(self.tilt)))
        reach_x, reach_y = w * cos + h * sin, w * sin + h * cos
        room_x, room_y = 2 * min(cx, width - cx), 2 * min(cy, height - cy)
        fits = min(1.0, room_x / reach_x, room_y / reach_y)
        return Cut((cx, cy), (w * fits, h * fits), self.tilt)

    def size(self, width: float, height: float) -> tuple[float, float]:
        """Return width and height, pixels, of what comes out."""
        w, h = self.cut(width, height).size
        return (h, w) if self.quarters % 2 else (w, h)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self) | {"crop": list(self.crop)}

    def text(self) -> str | None:
        """Return it as the store keeps it; None when it does nothing."""
        if self.is_nothing:
            return None
        kept = {
            key: value for key, value in self.to_dict().items() if getattr(_NOTHING, key) != value
        }
        if self.crop == _NOTHING.crop:
            del kept["crop"]
        return json.dumps(kept, sort_keys=True, separators=(",", ":"))

    @staticmethod
    def of(text: str | None) -> Edit:
        """Read what `text` wrote."""
        return Edit() if text is None else Edit.from_dict(json.loads(text))

    @staticmethod
    def from_dict(data: dict[str, Any], base: Edit | None = None) -> Edit:
        """Read it from JSON, over another one; numbers are rounded so that they compare.

        Raises:
            InvalidInputError: A key is unknown or a value out of range.
        """
        known = {field.name for field in fields(Edit)}
        unknown = sorted(set(data) - known)
        if unknown:
            raise InvalidInputError(
                f"an edit has no {unknown[0]!r}", hint=f"it has {', '.join(sorted(known))}"
            )
        values = (base or Edit()).to_dict() | data
        try:
            crop = [round(float(one), DIGITS) for one in values["crop"]]
            x, y, w, h = crop
            return Edit(
                crop=(x, y, _within(x, w), _within(y, h)),
                rotate=turned(round(turned(float(values["rotate"])), DIGITS)),
                flip=bool(values["flip"]),
                zoom=round(float(values["zoom"]), DIGITS),
                aspect=round(float(values["aspect"]), DIGITS),
            )
        except (TypeError, ValueError, IndexError) as error:
            raise InvalidInputError(
                f"the edit is not valid: {error}", hint="as in crop=[0.1,0.1,0.8,0.8], rotate=90"
            ) from error


def _within(start: float, length: float) -> float:
    """Return a length without what rounding has added past the edge."""
    past = start + length - 1
    return round(1 - start, DIGITS) if 0 < past <= SLACK else length


def turned(degrees: float) -> float:
    """Return an angle as one above -180 to 180."""
    if not math.isfinite(degrees):
        return degrees
    rest = math.fmod(degrees, 360)
    if rest > 180:  # noqa: PLR2004
        return rest - 360
    return rest + 360 if rest <= -180 else rest  # noqa: PLR2004


_NOTHING: Final = Edit()
