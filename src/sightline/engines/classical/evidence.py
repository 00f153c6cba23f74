"""What the pixels of a patch say about where an object ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.engines.classical.patch import GRID, MARGIN, SPAN, radius, within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import F32, I32, U8, Bool
    from sightline.engines.classical.patch import Patch

CORES: Final = (0.35, 0.5, 0.65)
"""Radii of the ellipses that the watersheds start from, in half boxes."""
FIRST: Final = -6
"""The outermost place of a side, in cells from the prompt's inwards."""
PLACES: Final = 24
CURVES: Final = 17
_LEVELS: Final = (16, 32, 32)
"""Bins of L*, a*, b* in a histogram."""
_FEW: Final = 2e-4
"""Added to shares of colours, so that what was never seen is no proof."""
_TRUST: Final = ("colours apart", "edge about the flood", "floods agree")
_TOUCH: Final = 7
"""Cells: an object may reach its box with so little as this."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Maps of a patch, each (GRID, GRID)."""

    lab: F32
    """(GRID, GRID, 3) L*, a*, b*, each 0..255, slightly blurred."""
    flooded: F32
    """Share of watersheds (Meyer 1994) from within that came here before the one from outside."""
    likely: F32
    """Log-ratio of the colour's share within to that about the box, -1..1."""
    again: F32
    """The same of what was flooded from within to all else."""
    across: F32
    """Change of colour along x."""
    down: F32
    """Change of colour along y."""
    inside: Bool
    """Cells of the picture."""

    def maps(self) -> tuple[NDArray[Any], ...]:
        """Return them in this order."""
        return self.lab, self.flooded, self.likely, self.again, self.across, self.down, self.inside


def gather(patch: Patch) -> Evidence:
    """Look at a patch in every way."""
    import cv2

    lab: Any = cv2.cvtColor(patch.pixels, cv2.COLOR_RGB2LAB)
    soft = cv2.GaussianBlur(lab, (0, 0), 0.8).astype(np.float32)
    across = np.abs(cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3)).sum(axis=2) / 100
    down = np.abs(cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3)).sum(axis=2) / 100
    flooded = flood(patch)
    core = flooded > 0.5  # noqa: PLR2004
    return Evidence(
        soft,
        flooded,
        likeliness(lab, radius() < 0.6, ~within() & patch.inside),  # noqa: PLR2004
        likeliness(lab, core, ~core & patch.inside),
        np.minimum(across, 4),
        np.minimum(down, 4),
        patch.inside,
    )


def flood(patch: Patch) -> F32:
    """Return the vote of watersheds from an ellipse against one from about the box."""
    import cv2

    pixels = cv2.GaussianBlur(patch.pixels, (3, 3), 0)
    votes = np.zeros((GRID, GRID), np.float32)
    outside = ~within() & patch.inside
    for core in CORES:
        markers = np.zeros((GRID, GRID), np.int32)
        markers[outside] = 1
        markers[radius() < core] = 2
        cv2.watershed(pixels, markers)
        votes += markers == 2  # noqa: PLR2004
    return votes / np.float32(len(CORES))


def likeliness(lab: U8, inner: Bool, outer: Bool) -> F32:
    """Return the log-ratio of each colour's share in `inner` to that in `outer`, -1..1, blurred."""
    import cv2

    bins = _bins(lab)
    near, far = _shares(bins[inner]), _shares(bins[outer])
    ratio = np.log((near + _FEW) / (far + _FEW)).clip(-3, 3)[bins] / 3
    return np.asarray(cv2.GaussianBlur(ratio.astype(np.float32), (0, 0), 1.0), dtype=np.float32)


def curves(seen: Evidence) -> F32:
    """Return (4, CURVES, PLACES): for each place where a side could be, what speaks of it.

    Sides are left, top, right, bottom; places go inwards from FIRST, one cell each.
    """
    turned = _turned(seen)
    left = _from_top(turned)
    top = _from_top(seen)
    right = _from_top(_mirrored(turned))
    bottom = _from_top(_mirrored(seen))
    sides = np.stack([left, top, right, bottom])
    trust = np.broadcast_to(_trust(seen)[:, None], (4, len(_TRUST), PLACES))
    return np.concatenate([sides, trust], axis=1, dtype=np.float32)


def _trust(seen: Evidence) -> F32:
    """Return how clear the object is: `_TRUST`."""
    import cv2

    core = (seen.flooded > 0.5) & within()  # noqa: PLR2004
    rest = within() & ~core
    edge = seen.across + seen.down
    around = cv2.morphologyEx(core.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    found = (
        _mean(seen.again, core) - _mean(seen.again, rest),
        _mean(edge, around > 0) / (_mean(edge, within()) + 0.02),
        float((seen.flooded > 0.99).sum() / max(1, (seen.flooded > 0).sum())),  # noqa: PLR2004
    )
    return np.array(found, np.float32)


def _mean(values: F32, where: Bool) -> float:
    return float(values[where].mean()) if where.any() else 0.0


def _from_top(seen: Evidence) -> F32:
    import cv2

    rows = slice(MARGIN + FIRST, MARGIN + FIRST + PLACES)
    box = slice(MARGIN, MARGIN + SPAN)
    flooded, likely, edge = seen.flooded[rows, box], seen.likely[rows, box], seen.down[rows, box]
    again = seen.again[rows, box]
    outside = seen.lab[2 : MARGIN - 1, box].mean(axis=0)
    strange = np.sqrt(((seen.lab[rows, box] - outside) ** 2).sum(axis=2)) / 40
    touching = [
        cv2.blur(np.ascontiguousarray(one), (_TOUCH, 1)) for one in (likely, edge, strange, again)
    ]
    step = np.diff(seen.lab[rows.start - 1 : rows.stop, box], axis=0)
    middle = flooded[:, SPAN // 4 : -SPAN // 4]
    found = [
        flooded.mean(axis=1),
        middle.mean(axis=1),
        flooded.max(axis=1),
        likely.mean(axis=1),
        touching[0].max(axis=1),
        edge.mean(axis=1),
        touching[1].max(axis=1),
        np.sort(touching[1], axis=1)[:, -SPAN // 4 :].mean(axis=1),
        strange.mean(axis=1),
        touching[2].max(axis=1),
        np.abs(step).sum(axis=2).mean(axis=1) / 30,
        seen.inside[rows, GRID // 2],
        again.mean(axis=1),
        touching[3].max(axis=1),
    ]
    return np.stack(found).astype(np.float32)


def _turned(seen: Evidence) -> Evidence:
    """Return what is seen of the patch with x and y exchanged."""
    lab, flooded, likely, again, down, across, inside = (
        np.ascontiguousarray(one.swapaxes(0, 1)) for one in seen.maps()
    )
    return Evidence(lab, flooded, likely, again, across, down, inside)


def _mirrored(seen: Evidence) -> Evidence:
    """Return what is seen of the patch upside down."""
    lab, flooded, likely, again, across, down, inside = (
        np.ascontiguousarray(one[::-1]) for one in seen.maps()
    )
    return Evidence(lab, flooded, likely, again, across, down, inside)


def _bins(lab: U8) -> I32:
    found = np.zeros(lab.shape[:2], np.int32)
    for band, levels in enumerate(_LEVELS):
        found *= levels
        found += lab[..., band].astype(np.int32) * levels >> 8
    return found


def _shares(bins: I32) -> F32:
    """Return the share of every colour, each spread a little over its neighbours."""
    counts = np.bincount(bins, minlength=int(np.prod(_LEVELS))).reshape(_LEVELS)
    shares = counts.astype(np.float32) / np.float32(max(1, bins.size))
    for axis in range(3):
        near = np.roll(shares, 1, axis) + np.roll(shares, -1, axis)
        shares = np.float32(0.6) * shares + np.float32(0.2) * near
    return shares.ravel()
