"""From the raw outputs of a detector's graph to boxes in the pixels of its input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from sightline.core.arrays import F32
    from sightline.core.decoders import Decoder

_BOX_COLUMNS = 4
_OBJECTNESS = 4


def decode(
    outputs: Mapping[str, NDArray[Any]], decoder: Decoder, *, size: int, classes: int
) -> tuple[F32, F32]:
    """Return boxes and scores of one picture.

    Args:
        outputs: By name, with a batch of one.
        decoder: How they are to be read.
        size: Side of the graph's input, pixels.
        classes: How many there are.

    Returns:
        (N, 4) x1, y1, x2, y2 in pixels of the input; (N, K) scores 0..1.

    Raises:
        InvalidInputError: The outputs are not what the decoder reads.
    """
    batched = any(array.ndim > 2 for array in outputs.values())  # noqa: PLR2004
    arrays = {name: _one(array, batched=batched) for name, array in outputs.items()}
    boxes, scores = _READERS[decoder.kind](arrays, decoder, size, classes)
    return boxes.astype(np.float32), scores.astype(np.float32)


def _yolox(
    arrays: Mapping[str, NDArray[Any]], decoder: Decoder, size: int, classes: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Read a YOLOX head (Ge et al. 2021, arXiv:2107.08430)."""
    rows = _table(arrays, 5 + classes)
    cells = [size // stride for stride in decoder.strides]
    if len(rows) != sum(side * side for side in cells):
        raise _odd(arrays, f"{sum(side * side for side in cells)} cells of {decoder.strides}")
    grid = np.concatenate([_grid(side) for side in cells])
    step = np.concatenate(
        [np.full(side * side, stride) for side, stride in zip(cells, decoder.strides, strict=True)]
    )[:, None]
    middle = (rows[:, :2] + grid) * step
    half = np.exp(np.minimum(rows[:, 2:4], 20)) * step / 2
    return np.hstack([middle - half, middle + half]), rows[:, 5:] * rows[:, _OBJECTNESS, None]


def _grid(side: int) -> NDArray[np.int64]:
    y, x = np.divmod(np.arange(side * side), side)
    return np.stack([x, y], axis=1)


def _yolov5(
    arrays: Mapping[str, NDArray[Any]], decoder: Decoder, size: int, classes: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    del decoder, size
    rows = _table(arrays, 5 + classes)
    return _corners(rows[:, :4]), rows[:, 5:] * rows[:, _OBJECTNESS, None]


def _yolov8(
    arrays: Mapping[str, NDArray[Any]], decoder: Decoder, size: int, classes: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    del decoder, size
    rows = _table(arrays, 4 + classes)
    return _corners(rows[:, :4]), rows[:, 4:]


def _detr(
    arrays: Mapping[str, NDArray[Any]], decoder: Decoder, size: int, classes: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Read DETR (Carion et al. 2020, arXiv:2005.12872)."""
    del decoder
    logits = _table(arrays, classes + 1)
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares = shifted / shifted.sum(axis=1, keepdims=True)
    return _corners(_quads(arrays)) * size, shares[:, :-1]


def _rtdetr(
    arrays: Mapping[str, NDArray[Any]], decoder: Decoder, size: int, classes: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    del decoder
    logits = _table(arrays, classes)
    return _corners(_quads(arrays)) * size, 1 / (1 + np.exp(-np.clip(logits, -60, 60)))


def _final(
    arrays: Mapping[str, NDArray[Any]], decoder: Decoder, size: int, classes: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    del decoder, size
    boxes = _quads(arrays)
    flat = [one for one in arrays.values() if one.ndim == 1 and len(one) == len(boxes)]
    indices = [one for one in flat if np.issubdtype(one.dtype, np.integer)]
    scores = [one for one in flat if np.issubdtype(one.dtype, np.floating)]
    if len(indices) != 1 or len(scores) != 1:
        raise _odd(arrays, "one list of scores and one of class indices")
    table = np.zeros((len(boxes), classes), np.float32)
    known = (indices[0] >= 0) & (indices[0] < classes)
    table[np.flatnonzero(known), indices[0][known]] = scores[0][known]
    return boxes, table


_READERS: dict[str, Callable[..., tuple[NDArray[Any], NDArray[Any]]]] = {
    "yolox": _yolox,
    "yolov5": _yolov5,
    "yolov8": _yolov8,
    "detr": _detr,
    "rtdetr": _rtdetr,
    "boxes": _final,
}


def _one(array: NDArray[Any], *, batched: bool) -> NDArray[Any]:
    """Return an output without its batch of one; a single box in no batch stays a row."""
    alone = array.ndim > 1 and array.shape[0] == 1
    return array[0] if alone and (batched or array.shape[1] != _BOX_COLUMNS) else array


def _table(arrays: Mapping[str, NDArray[Any]], columns: int) -> NDArray[Any]:
    """Return the one output with so many columns, turned where they are its rows."""
    two = [one for one in arrays.values() if one.ndim == 2]  # noqa: PLR2004
    found = [one for one in two if one.shape[1] == columns]
    found = found or [one.T for one in two if one.shape[0] == columns]
    if len(found) != 1:
        raise _odd(arrays, f"one output with {columns} columns")
    return found[0]


def _quads(arrays: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    found = [one for one in arrays.values() if one.ndim == 2 and one.shape[1] == _BOX_COLUMNS]  # noqa: PLR2004
    if len(found) != 1:
        raise _odd(arrays, "one output of boxes")
    return found[0]


def _corners(boxes: NDArray[Any]) -> NDArray[Any]:
    """Return centres and sizes as corners."""
    half = boxes[:, 2:4] / 2
    return np.hstack([boxes[:, :2] - half, boxes[:, :2] + half])


def _odd(arrays: Mapping[str, NDArray[Any]], wanted: str) -> InvalidInputError:
    shown = ", ".join(f"{name} {list(one.shape)}" for name, one in arrays.items())
    return InvalidInputError(
        f"the graph does not answer with {wanted}: it gives {shown}",
        hint="check the decoder and the number of classes",
    )
