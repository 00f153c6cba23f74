"""What was seen in a frame, as a transparent picture to lay over it.

A text's record holds boxes and, of a classifier, a small map; the picture is drawn from these when
somebody asks for it, so none is kept anywhere, and no overlay holds a pixel of the frame.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from PIL import Image

from sightline.app.streams.records import unpacked
from sightline.core.errors import ExpiredError, InvalidInputError, NotFoundError
from sightline.explain.draw import layer, png
from sightline.imaging.marks import Mark, draw_marks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sightline.core.arrays import U8

Kind = Literal["webp", "png"]
LAYERS: Final = ("heat", "masks", "boxes")
PX: Final = 1_280
"""Long side of an overlay, pixels, at most."""
HEAT_PX: Final = 160
"""Long side of one that is heat alone: a map has few cells, and browsers smooth what they enlarge.
It costs a tenth of a drawing at 640 pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayWish:
    """How an overlay is to look."""

    kind: Kind = "webp"
    layers: tuple[str, ...] = LAYERS
    opacity: float = 1.0
    """0..1, of all of it."""
    px: int = 640
    """Long side; frames that are smaller are drawn at their own size."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """An overlay as a file."""

    data: bytes
    media_type: str
    left_s: float
    """So long its address is still good."""


def layers_of(text: str) -> tuple[str, ...]:
    """Return the layers that a text names with commas between.

    Raises:
        InvalidInputError: One is not known.
    """
    names = tuple(one.strip() for one in text.split(",") if one.strip())
    strange = [one for one in names if one not in LAYERS]
    if strange or not names:
        raise InvalidInputError(
            f"no layer is called {', '.join(strange) or 'nothing'}"[:200],
            hint=f"known: {', '.join(LAYERS)}",
        )
    return names


def draw(
    record: Mapping[str, Any] | None,
    wish: OverlayWish,
    *,
    keep_s: float,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Drawn:
    """Return the overlay of a text.

    Args:
        record: As it lies in the ring; None: there is none with this id any more.
        wish: How it is to look.
        keep_s: How long addresses of overlays are good.
        clock: Says the time.

    Raises:
        NotFoundError: The text has no overlay.
        ExpiredError: Its address has expired.
    """
    if record is None or not record.get("width"):
        raise NotFoundError("this text has no overlay", hint="ask for that of a newer text")
    until = datetime.fromisoformat(record["timestamp"]) + timedelta(seconds=keep_s)
    left = (until - clock()).total_seconds()
    if left <= 0:
        raise ExpiredError(
            f"this overlay expired {-left:.0f} seconds ago",
            hint="ask for that of a newer text, or raise the setting overlay_keep_s",
        )
    pixels = painted(record, wish)
    data = webp(pixels) if wish.kind == "webp" else png(pixels)
    return Drawn(data, f"image/{wish.kind}", left)


def painted(record: Mapping[str, Any], wish: OverlayWish) -> U8:
    """Return the overlay of a record, (H, W, 4) RGBA."""
    width, height = record["width"], record["height"]
    boxed, masked = "boxes" in wish.layers, "masks" in wish.layers
    lines = [one for one in record["boxes"] if boxed or (masked and one.get("outline"))]
    px = wish.px if lines else min(wish.px, HEAT_PX)
    scale = min(px / max(width, height), 1.0)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    canvas: U8 = np.zeros((size[1], size[0], 4), np.uint8)
    if "heat" in wish.layers and record.get("heat"):
        canvas = _heat(record["heat"], size)
    draw_marks(canvas, marks_of(lines, size[0] / width, boxed=boxed, masked=masked))
    if wish.opacity < 1:
        canvas[..., 3] = (canvas[..., 3] * wish.opacity + 0.5).astype(np.uint8)
    return canvas


def webp(pixels: U8) -> bytes:
    """Return a WebP file of RGBA pixels, packed fast rather than small."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "WEBP", quality=80, alpha_quality=50, method=0)
    return file.getvalue()


def marks_of(
    boxes: list[dict[str, Any]], scale: float, *, boxed: bool = True, masked: bool = False
) -> list[Mark]:
    """Return boxes of a record as they are drawn: with name, probability, outline."""
    return [
        Mark(
            tuple(side * scale for side in one["box"]),
            one["name"],
            f"{one['name']} {one['score']:.0%}",
            tuple(side * scale for side in one.get("outline") or ()) if masked else (),
            boxed,
        )
        for one in boxes
    ]


def _heat(heat: Mapping[str, Any], size: tuple[int, int]) -> U8:
    import cv2

    values = cv2.resize(unpacked(heat), size, interpolation=cv2.INTER_LINEAR)
    return layer(np.asarray(values, np.float32))
