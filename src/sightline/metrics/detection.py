"""How good predicted objects are: COCO's average precision.

Lin et al. 2014, "Microsoft COCO: Common Objects in Context": the mean over IoU .50 to .95 of the
area under the precision-recall curve, of the 100 surest objects of a picture and class. Worked out
by faster-coco-eval.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from sightline.core.geometry import boxes, masks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F64, I64, Bool
    from sightline.core.geometry.shapes import Mask

By = Literal["box", "mask"]
"""What is laid over each other: the objects' upright boxes, or their pixels."""
SIZES: Final = {"small": (0, 32**2), "medium": (32**2, 96**2), "large": (96**2, 1e10)}
"""COCO's, in square pixels."""
MOST: Final = (1, 10, 100)


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """N objects of one picture: what is true, or what was found."""

    classes: I64
    """(N,) index of each one's class."""
    boxes: F64
    """(N, 4)"""
    areas: F64
    """(N,) square pixels of each one's own shape."""
    scores: F64
    """(N,) 0..1; of no use for what is true."""
    crowd: Bool
    """(N,) true ones that stand for many: to find parts of them is neither right nor wrong."""
    masks: tuple[Mask, ...] = ()
    """N, where pixels are to be laid over each other."""

    def __len__(self) -> int:
        """Return N."""
        return len(self.classes)

    def and_(self, other: Side) -> Side:
        """Return both together, of the same picture."""
        return Side(
            np.concatenate([self.classes, other.classes]),
            np.concatenate([self.boxes, other.boxes]),
            np.concatenate([self.areas, other.areas]),
            np.concatenate([self.scores, other.scores]),
            np.concatenate([self.crowd, other.crowd]),
            (*self.masks, *other.masks),
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """One picture with both sides."""

    key: int
    """Of the picture, for whoever asks."""
    truth: Side
    found: Side

    def iou(self, by: By) -> F64:
        """Return (N found, M true)."""
        if by == "mask":
            return masks.iou(self.found.masks, self.truth.masks)
        return boxes.iou(self.found.boxes, self.truth.boxes)

    def covered(self, by: By) -> F64:
        """Return which share of each found one lies in each true one, (N found, M true)."""
        if by == "mask":
            shared = masks.intersection(self.found.masks, self.truth.masks)
            return np.asarray(shared / np.maximum(self.found.areas[:, None], 1.0), np.float64)
        return boxes.covered(self.found.boxes, self.truth.boxes)


@dataclass(frozen=True, slots=True)
class Precision:
    """COCO's figures, 0..1; None where there is no true object."""

    ap: float | None
    ap50: float | None
    ap75: float | None
    ap_by_size: dict[str, float | None]
    """Of objects up to 32 x 32 pixels, up to 96 x 96, and larger."""
    recall: dict[int, float | None]
    """Mean recall with so many objects a picture and class."""
    per_class: list[dict[str, float | None]] = field(default_factory=list)
    """Of each class: ap, ap50, ap75, recall."""


def average_precision(pictures: Sequence[Judged], classes: int, by: By = "box") -> Precision:
    """Return how good the found objects are.

    Args:
        pictures: All of them, those with nothing to find or nothing found too.
        classes: How many there are.
        by: "mask" needs the masks of both sides.
    """
    from faster_coco_eval import COCO, COCOeval_faster

    truth = COCO(_truth(pictures, classes, by))
    found = truth.loadRes(_found(pictures, by))
    judge = COCOeval_faster(truth, found, iouType="segm" if by == "mask" else "bbox")
    judge.params.maxDets = list(MOST)
    judge.params.areaRng = [[0, 1e10], *(list(one) for one in SIZES.values())]
    judge.params.areaRngLbl = ["all", *SIZES]
    judge.evaluate()
    judge.accumulate()
    # (IoUs, recalls, classes, sizes, most), (IoUs, classes, sizes, most); -1: nothing is true
    precision, recall = judge.eval["precision"], judge.eval["recall"]
    thresholds = judge.params.iouThrs
    at50, at75 = (int(np.argmin(np.abs(thresholds - one))) for one in (0.5, 0.75))
    return Precision(
        ap=_mean(precision[..., 0, -1]),
        ap50=_mean(precision[at50, ..., 0, -1]),
        ap75=_mean(precision[at75, ..., 0, -1]),
        ap_by_size={name: _mean(precision[..., at + 1, -1]) for at, name in enumerate(SIZES)},
        recall={most: _mean(recall[..., 0, at]) for at, most in enumerate(MOST)},
        per_class=[
            {
                "ap": _mean(precision[:, :, k, 0, -1]),
                "ap50": _mean(precision[at50, :, k, 0, -1]),
                "ap75": _mean(precision[at75, :, k, 0, -1]),
                "recall": _mean(recall[:, k, 0, -1]),
            }
            for k in range(classes)
        ],
    )


def _mean(values: Any) -> float | None:
    known = np.asarray(values)[np.asarray(values) > -1]
    return float(known.mean()) if known.size else None


def _truth(pictures: Sequence[Judged], classes: int, by: By) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    for image, picture in enumerate(pictures):
        side = picture.truth
        for at, (area, crowd) in enumerate(zip(side.areas, side.crowd, strict=True)):
            row = _row(side, at, image, by)
            rows.append(row | {"id": len(rows) + 1, "area": float(area), "iscrowd": int(crowd)})
    return {
        "images": [{"id": image} | _size(picture) for image, picture in enumerate(pictures)],
        "categories": [{"id": k, "name": str(k)} for k in range(classes)],
        "annotations": rows,
    }


def _size(picture: Judged) -> dict[str, int]:
    for mask in (*picture.truth.masks, *picture.found.masks):
        return {"width": mask.width, "height": mask.height}
    return {"width": 0, "height": 0}


def _found(pictures: Sequence[Judged], by: By) -> list[dict[str, Any]]:
    return [
        _row(picture.found, at, image, by) | {"score": float(picture.found.scores[at])}
        for image, picture in enumerate(pictures)
        for at in range(len(picture.found))
    ]


def _row(side: Side, at: int, image: int, by: By) -> dict[str, Any]:
    x1, y1, x2, y2 = side.boxes[at].tolist()
    row: dict[str, Any] = {"image_id": image, "category_id": int(side.classes[at])}
    if by == "box":
        return row | {"bbox": [x1, y1, x2 - x1, y2 - y1]}
    mask = side.masks[at]
    return row | {"segmentation": {"size": [mask.height, mask.width], "counts": mask.counts}}
