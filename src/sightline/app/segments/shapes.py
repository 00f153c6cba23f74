"""Boxes of one picture as polygons: what a segmenter says, and when it is not believed."""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

import numpy as np

from sightline.app.assist.answers import MIN_IOU as POLYGON_IOU
from sightline.app.assist.answers import inside
from sightline.app.assist.encodings import guarded
from sightline.core.assist import MIN_IOU, Prompt
from sightline.core.errors import InvalidInputError, UnreadableImageError
from sightline.core.geometry.boxes import iou
from sightline.core.geometry.masks import decode_window
from sightline.core.geometry.shapes import Box, Mask, OrientedBox, Polygon
from sightline.imaging.contours import polygon_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sightline.core.assist import Candidate
    from sightline.core.geometry.shapes import Bounds, Shape
    from sightline.core.objects import ImageObject

BOXES: Final = (Box, OrientedBox)
OUTLINES: Final = (Polygon, Mask)
AT_ONCE: Final = 32
"""Prompts that are handed to an engine together."""
ALIKE: Final = 0.9
"""Further polygons of a box whose bounds agree more than this with an earlier one are the same."""
MAX_RESULTS: Final = 10
UID_BYTES: Final = 12
OUTSIDE: Final = "it lies outside of the picture"
REFUSED: Final = "the segmenter refused it"
NOTHING: Final = "the mask is empty"
UNSURE: Final = "the score is below the threshold"
SMALL: Final = "the mask is too small"
ANOTHER: Final = "the mask is of something else"


Answer: TypeAlias = "tuple[list[tuple[Polygon, float]], str]"
"""Polygons of a box with the segmenter's scores, the best first, or why there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentWish:
    """How boxes become polygons."""

    engine: str = "auto"
    mask_threshold: float = 0.5
    """A pixel is the object's where the segmenter is surer of it than this."""
    score_threshold: float = 0.0
    """Masks that the segmenter thinks worse of are not taken."""
    min_size: int = 0
    """Masks of fewer pixels are not taken."""
    max_results: int = 1
    """Polygons for a box at most."""
    min_box_iou: float = MIN_IOU
    """Masks whose bounds agree less with the box are another object's: they are not taken."""

    def __post_init__(self) -> None:
        """Check it.

        Raises:
            InvalidInputError: A number is out of its range.
        """
        for name in ("mask_threshold", "score_threshold", "min_box_iou"):
            value = getattr(self, name)
            if not (math.isfinite(value) and 0 <= value <= 1):
                raise InvalidInputError(f"{name} cannot be {value}", hint="give 0 to 1")
        if self.min_size < 0:
            raise InvalidInputError(
                f"min_size cannot be {self.min_size}", hint="give a number of pixels"
            )
        if not 1 <= self.max_results <= MAX_RESULTS:
            raise InvalidInputError(
                f"max_results cannot be {self.max_results}", hint=f"give 1 to {MAX_RESULTS}"
            )

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)


@dataclass(slots=True)
class Segmented:
    """The objects of one picture, outlined as far as that went."""

    objects: list[ImageObject] = field(default_factory=list)
    polygons: int = 0
    """Drawn by the segmenter."""
    outlines: int = 0
    """Polygons and masks that were there before."""
    left_out: int = 0
    """Points and keypoints, which have no outline."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why boxes stayed boxes."""
    scores: dict[str, float] = field(default_factory=dict)
    """What the segmenter thinks of its polygons, by uid."""
    why: dict[str, str] = field(default_factory=dict)
    """Why a box stayed one, by uid."""

    @property
    def fallbacks(self) -> int:
        """Return how many boxes stayed boxes."""
        return self.reasons.total()

    def keep(self, one: ImageObject, reason: str) -> None:
        """Let a box stay as it is."""
        self.objects.append(one)
        self.reasons[reason] += 1
        self.why[one.uid] = reason


class Picture(Protocol):
    """A segmenter about one picture."""

    size: tuple[int, int]
    """Width and height, pixels."""

    def tile(self, prompt: Prompt) -> object:
        """Return what prompts that are asked together have in common."""
        ...

    def predict_many(self, prompts: Sequence[Prompt]) -> list[list[Candidate]]:
        """Return the candidates for each prompt."""
        ...


def segmented(
    found: Sequence[ImageObject],
    picture: Picture,
    wish: SegmentWish,
    *,
    look: Callable[[], None] = lambda: None,
) -> Segmented:
    """Return the objects of a picture with outlines, in their order.

    Boxes and oriented boxes are asked about; those without a usable answer stay as they are.
    Masks become polygons, polygons stay, points and keypoints are left out.

    Args:
        found: The objects.
        picture: What is asked.
        wish: What is taken.
        look: Called between questions; may raise to end the work.

    Raises:
        EngineFailedError, OutOfMemoryError: The segmenter broke down.
    """
    boxes = [one for one in found if isinstance(one.shape, BOXES)]
    answers = _answers(boxes, picture, wish, look)
    out = Segmented()
    for one in found:
        if one.uid in answers:
            _settle(out, one, *answers[one.uid])
        else:
            _pass_on(out, one)
    return out


def boxed(found: Sequence[ImageObject], reason: str) -> Segmented:
    """Return the objects of a picture that a segmenter could not be asked about."""
    out = Segmented()
    for one in found:
        if isinstance(one.shape, BOXES):
            out.keep(one, reason)
        else:
            _pass_on(out, one)
    return out


def _pass_on(out: Segmented, one: ImageObject) -> None:
    """Take over what has an outline already."""
    if isinstance(one.shape, OUTLINES):
        out.objects.append(replace(one, shape=_outline(one.shape)))
        out.outlines += 1
    else:
        out.left_out += 1


def _answers(
    boxes: Sequence[ImageObject], picture: Picture, wish: SegmentWish, look: Callable[[], None]
) -> dict[str, Answer]:
    """Return what a segmenter says of each box, by uid.

    Some are asked at a time, those of one tile after each other, and only polygons are kept.
    """
    prompts = {one.uid: _prompt(one.shape.bounds(), picture.size, wish) for one in boxes}
    bounds = {one.uid: one.shape.bounds() for one in boxes}
    found: dict[str, Answer] = {one.uid: ([], OUTSIDE) for one in boxes}
    tiles: dict[object, list[tuple[str, Prompt]]] = defaultdict(list)
    for uid, prompt in prompts.items():
        if prompt is not None:
            tiles[picture.tile(prompt)].append((uid, prompt))
    there = [one for every in tiles.values() for one in every]
    for start in range(0, len(there), AT_ONCE):
        part = there[start : start + AT_ONCE]
        look()
        answers = _asked(picture, [prompt for _, prompt in part])
        for (uid, _), (candidates, reason) in zip(part, answers, strict=True):
            found[uid] = _taken(candidates, reason, bounds[uid], (picture.size, wish))
    return found


def _prompt(bounds: Bounds, size: tuple[int, int], wish: SegmentWish) -> Prompt | None:
    """Return the question about a box; None: it lies outside of the picture."""
    (x1, y1, x2, y2), (width, height) = bounds, size
    box = (max(0.0, x1), max(0.0, y1), min(float(width), x2), min(float(height), y2))
    if not (box[0] < box[2] and box[1] < box[3]):
        return None
    return Prompt(box=box, multimask=wish.max_results > 1, threshold=wish.mask_threshold)


def _asked(picture: Picture, prompts: Sequence[Prompt]) -> list[tuple[Sequence[Candidate], str]]:
    """Return the answers to prompts; one that is refused costs no other its answer.

    Raises:
        EngineFailedError, OutOfMemoryError: The segmenter broke down.
        UnreadableImageError: The picture cannot be read.
    """
    try:
        answers = guarded(lambda: picture.predict_many(prompts))
    except UnreadableImageError:
        raise
    except InvalidInputError:
        if len(prompts) == 1:
            return [([], REFUSED)]
        middle = len(prompts) // 2
        return [*_asked(picture, prompts[:middle]), *_asked(picture, prompts[middle:])]
    return [(found, "" if found else NOTHING) for found in answers]


def _taken(
    candidates: Sequence[Candidate],
    reason: str,
    box: Bounds,
    rule: tuple[tuple[int, int], SegmentWish],
) -> Answer:
    """Return the best usable masks of a box as polygons, or why there is none."""
    size, wish = rule
    taken: list[tuple[Polygon, float]] = []
    for each in candidates:
        if len(taken) == wish.max_results:
            break
        polygon, fault = _believed(each, box, size, wish)
        if polygon is None:
            reason = reason or fault
        elif all(_iou(polygon.bounds(), other.bounds()) <= ALIKE for other, _ in taken):
            taken.append((polygon, float(each.score)))
    return taken, reason


def _settle(
    out: Segmented, one: ImageObject, taken: Sequence[tuple[Polygon, float]], reason: str
) -> None:
    """Let polygons stand in the place of a box; it stays where there are none."""
    for number, (polygon, score) in enumerate(taken, start=1):
        uid = one.uid if number == 1 else _uid(one.uid, number)
        out.objects.append(replace(one, uid=uid, shape=polygon))
        out.scores[uid] = score
    out.polygons += len(taken)
    if not taken:
        out.keep(one, reason)


def _believed(
    one: Candidate, box: Bounds, size: tuple[int, int], wish: SegmentWish
) -> tuple[Polygon | None, str]:
    """Return a mask as a polygon, or why it is not taken."""
    if one.mask is None:
        return None, NOTHING
    mask, window = inside(one.mask, one.window, size)
    area = int(np.count_nonzero(mask))
    if not area:
        return None, NOTHING
    if not one.score >= wish.score_threshold:
        return None, UNSURE
    if area < wish.min_size:
        return None, SMALL
    polygon = polygon_of(mask, window=window, min_iou=POLYGON_IOU)
    if _iou(polygon.bounds(), box) < wish.min_box_iou:
        return None, ANOTHER
    return polygon, ""


def _outline(shape: Shape) -> Shape:
    """Return a mask as a polygon, a polygon as it is."""
    if not isinstance(shape, Mask):
        return shape
    pixels, window = decode_window(shape)
    return polygon_of(pixels, window=window, min_iou=POLYGON_IOU)


def _iou(one: Bounds, other: Bounds) -> float:
    return float(iou(np.array([one], np.float64), np.array([other], np.float64))[0, 0])


def _uid(uid: str, number: int) -> str:
    """Return a name for a further polygon of an object, the same each time."""
    return hashlib.blake2b(f"{uid}\n{number}".encode(), digest_size=UID_BYTES).hexdigest()
