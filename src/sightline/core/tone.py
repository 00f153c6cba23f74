"""How samples of more than 8 bits become a picture: the rule, as data."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable

Stretch = Literal["auto", "percentile", "linear", "log", "asinh"]
STRETCHES: Final[tuple[Stretch, ...]] = get_args(Stretch)
MAX_CHANNEL: Final = 9_999
MAX_PLACE: Final = 999_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """From samples to 8 bits, for TIFF, FITS and 16-bit PNG; other pictures are 8 bits already.

    Each sample becomes t = (value - low) / (high - low), cut off at 0 and 1, and a curve of it:

    - `auto`: TIFF and FITS as `percentile`, 16-bit PNG as value / 257.
    - `percentile`: t; `low` and `high` are percentiles of the picture, 0.5 and 99.5 by default.
    - `linear`: t.
    - `log`: log(1 + 1000 t) / log(1001).
    - `asinh`: asinh(10 t) / asinh(10) (Lupton et al. 2004).
    """

    stretch: Stretch = "auto"
    low: float | None = None
    """The black point: a sample's value, or a percentile; None: the least, or 0.5."""
    high: float | None = None
    """The white point: a sample's value, or a percentile; None: the greatest, or 99.5."""
    channels: tuple[int, ...] = ()
    """One channel, shown grey, or red, green and blue, counted from 0; (): the first, or three.
    A picture without one of them is shown as with ()."""
    hdu: int | None = None
    """Which unit of a FITS file, counted from 0; None: the first with a picture."""
    slice: int | None = None
    """Which page, plane or frame instead of the image's own; past the end: the last."""

    def __post_init__(self) -> None:
        """Refuse what cannot be carried out."""
        if self.stretch not in STRETCHES:
            raise InvalidInputError(f"no stretch {self.stretch!r}", hint=", ".join(STRETCHES))
        self._check_points()
        whole = all(type(one) is int and 0 <= one <= MAX_CHANNEL for one in self.channels)
        if len(self.channels) not in {0, 1, 3} or not whole:
            raise InvalidInputError(
                f"channels {self.channels} are not one or three numbers from 0",
                hint="one channel as in 2, or red, green and blue as in 2,1,0",
            )
        for name, value in (("hdu", self.hdu), ("slice", self.slice)):
            if value is not None and not (type(value) is int and 0 <= value <= MAX_PLACE):
                raise InvalidInputError(f"{name} {value!r} is no place", hint="count from 0")

    def _check_points(self) -> None:
        points = [one for one in (self.low, self.high) if one is not None]
        if not all(isinstance(one, int | float) and math.isfinite(one) for one in points):
            raise InvalidInputError("black and white points are numbers", hint="as in 0 and 4095")
        if self.stretch in {"auto", "percentile"} and any(not 0 <= one <= 100 for one in points):  # noqa: PLR2004
            raise InvalidInputError(
                f"percentiles {points} are not in 0..100",
                hint="for values of samples choose linear, log or asinh",
            )
        if len(points) == 2 and points[0] >= points[1]:  # noqa: PLR2004
            raise InvalidInputError(
                f"the black point {points[0]:g} is not below the white point {points[1]:g}",
                hint="swap them",
            )

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON; what is as by default is left out."""
        kept = {name: one for name, one in asdict(self).items() if one not in (None, (), "auto")}
        return kept | ({"channels": list(self.channels)} if self.channels else {})

    @staticmethod
    def from_dict(data: Any) -> Tone:
        """Read it from JSON.

        Raises:
            InvalidInputError: A key is unknown, or a value out of range.
        """
        known = [field.name for field in fields(Tone)]
        if not isinstance(data, dict) or set(data) - set(known):
            raise InvalidInputError("this is no tone", hint=f"its keys: {', '.join(known)}")
        try:
            return Tone(**(data | {"channels": tuple(data.get("channels") or ())}))
        except TypeError as error:
            raise InvalidInputError(f"this is no tone: {error}", hint="see to_dict") from error

    def key(self) -> str:
        """Return a short hash that changes when the picture could; empty for the default."""
        if self == DEFAULT_TONE:
            return ""
        raw = json.dumps(self.to_dict(), sort_keys=True).encode()
        return hashlib.blake2b(raw, digest_size=6).hexdigest()


DEFAULT_TONE: Final = Tone()


def parse_channels(text: str) -> tuple[int, ...]:
    """Return channels from `2` or `2,1,0`; () from an empty text.

    Raises:
        InvalidInputError: It is neither.
    """
    try:
        return tuple(int(part) for part in text.split(",")) if text.strip() else ()
    except ValueError:
        raise InvalidInputError(
            f"no channels {text!r}", hint="one as in 2, or red, green and blue as in 2,1,0"
        ) from None


def parse_tone(text: str) -> Tone:
    """Read `asinh low=0 high=4095 channels=2,1,0 hdu=1 slice=3`; any part may be left out.

    Raises:
        InvalidInputError: A part is unknown, there twice, or not valid.
    """
    found: dict[str, Any] = {}
    for part in text.split():
        name, equals, value = part.partition("=")
        if not equals:
            name, value = "stretch", part
        if name in found or name not in _READ:
            raise InvalidInputError(
                f"the tone {text!r} does not say what {part!r} is",
                hint="write it as in: asinh low=0 high=4095 channels=2,1,0 hdu=1 slice=3",
            )
        try:
            found[name] = _READ[name](value)
        except ValueError:
            raise InvalidInputError(
                f"{name} of the tone is no number: {value!r}", hint="as in low=0 channels=2,1,0"
            ) from None
    return Tone(**found)


def tone_text(tone: Tone) -> str:
    """Return what `parse_tone` reads back; empty for the default."""
    parts: list[str] = [] if tone.stretch == "auto" else [tone.stretch]
    points = {"low": tone.low, "high": tone.high}
    parts += [f"{name}={one!r}" for name, one in points.items() if one is not None]
    if tone.channels:
        parts.append(f"channels={','.join(map(str, tone.channels))}")
    places = {"hdu": tone.hdu, "slice": tone.slice}
    parts += [f"{name}={one}" for name, one in places.items() if one is not None]
    return " ".join(parts)


_READ: Final[dict[str, Callable[[str], Any]]] = {
    "stretch": str,
    "low": float,
    "high": float,
    "channels": parse_channels,
    "hdu": int,
    "slice": int,
}
