"""The forms that decoders of the SAM family have, told by the names and shapes of their ports.

Exports of SAM and MobileSAM take `point_coords` (1, N, 2), in which the caller puts a box's corners
and, without a box, an empty point. Those of SAM 2 add the empty point themselves. Those of
transformers take `input_points` (1, 1, N, 2) and, where they know boxes, `input_boxes` (1, B, 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

POINTS: Final = ("point_coords", "input_points")
LABELS: Final = ("point_labels", "input_labels")
BOXES: Final = ("input_boxes",)
EARLIER: Final = ("mask_input", "input_masks")
HAS_EARLIER: Final = ("has_mask_input", "has_input_masks")
SIZE: Final = ("orig_im_size", "original_image_size", "frame_size", "img_size")
MASKS: Final = ("low_res_masks", "low_res_logits", "pred_masks", "masks")
"""Those of low resolution first."""
SCORES: Final = ("iou_predictions", "iou_scores")
_PROMPTS: Final = (*POINTS, *LABELS, *BOXES, *EARLIER, *HAS_EARLIER, *SIZE)
_NESTED_RANK: Final = 4
_THREE: Final = 3


class Port(Protocol):
    """An input or output of a session."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def shape(self) -> list[int | str | None]:
        """Its sides; a free one is a name or None."""
        ...


@dataclass(frozen=True, slots=True)
class Layout:
    """How a decoder is asked; what it has no name for is empty."""

    points: str
    labels: str
    boxes: str
    earlier: str
    has_earlier: str
    size: str
    masks: str
    scores: str
    fed: dict[str, str]
    """Inputs that the encoder feeds, to the encoder's names for them."""
    nested: bool
    """Points lie in one list more, (1, 1, N, 2), and labels 2 and 3 are not known."""
    pads: bool
    """Without a box an empty point has to be added."""


def layout_of(
    name: str,
    given: Sequence[Port],
    inputs: Sequence[Port],
    outputs: Sequence[Port],
) -> Layout:
    """Return how a decoder is asked.

    Args:
        name: Of the model, for messages.
        given: What the encoder gives.
        inputs: What the decoder takes.
        outputs: What it gives.

    Raises:
        InvalidInputError: It is no decoder of a known form, or another encoder's.
    """
    asked = [port.name for port in inputs]
    told = [port.name for port in outputs]
    points, masks = _first(POINTS, asked), _first(MASKS, told)
    if not points or not masks or not _first(LABELS, asked):
        raise InvalidInputError(
            f"the decoder of {name} takes {', '.join(asked)} and gives {', '.join(told)}",
            hint=f"it must take points and labels ({POINTS[0]}, {LABELS[0]}), and give one of "
            f"{', '.join(MASKS)}",
        )
    wanted = [port for port in inputs if port.name not in _PROMPTS]
    nested = any(port.name == points and len(port.shape) == _NESTED_RANK for port in inputs)
    return Layout(
        points=points,
        labels=_first(LABELS, asked),
        boxes=_first(BOXES, asked),
        earlier=_first(EARLIER, asked),
        has_earlier=_first(HAS_EARLIER, asked),
        size=_first(SIZE, asked),
        masks=masks,
        scores=_first(SCORES, told),
        fed=_pairs(name, wanted, given),
        nested=nested,
        pads=not nested and len(wanted) < _THREE,
    )


def _first(names: Iterable[str], there: Sequence[str]) -> str:
    return next((one for one in names if one in there), "")


def _pairs(name: str, wanted: Sequence[Port], given: Sequence[Port]) -> dict[str, str]:
    """Return inputs of the decoder to outputs of the encoder: of one name, or of one shape."""
    found: dict[str, str] = {}
    for port in wanted:
        namesake = next((one for one in given if one.name == port.name), None)
        if namesake is not None and _fits(port, namesake):
            found[port.name] = namesake.name
    for port in wanted:
        free = [one for one in given if one.name not in found.values() and _fits(port, one)]
        if port.name not in found and len(free) == 1:
            found[port.name] = free[0].name
    rest = [port.name for port in wanted if port.name not in found]
    if rest:
        raise InvalidInputError(
            f"the encoder of {name} gives {', '.join(one.name for one in given)}; the decoder also "
            f"asks for {', '.join(rest)}",
            hint="take the encoder and the decoder of one export",
        )
    return found


def _fits(port: Port, other: Port) -> bool:
    """Return whether shapes agree, as far as they are fixed."""
    if not port.shape or not other.shape:  # nothing is said of one of them
        return True
    return len(port.shape) == len(other.shape) and all(
        one == two or not (isinstance(one, int) and isinstance(two, int))
        for one, two in zip(port.shape, other.shape, strict=True)
    )
