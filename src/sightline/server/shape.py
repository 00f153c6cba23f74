"""Answers that are put together from several parts of the workbench."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sightline.app import Workbench
from sightline.core.errors import UnknownImageError


def image(bench: Workbench, image_id: int) -> dict[str, Any]:
    """Return an image with its places, the head's probabilities and its last twenty changes.

    Raises:
        UnknownImageError: There is no such image.
    """
    row = bench.store.images.get(image_id)
    project = bench.store.projects.by_id(row.project_id)
    chances, from_ = (
        bench.heads.probabilities(project, row.ordinal),
        bench.heads.thresholds(project),
    )
    history = bench.store.labels.image_history(project, image_id)
    return bench.queues.shown(row) | {
        "locations": bench.store.images.places(row.asset_id),
        "format": row.format,
        "bytes": row.bytes,
        "digest": row.digest,
        "probabilities": [
            {"class_id": class_id, "p": p, "threshold": from_.get(class_id)}
            for class_id, p in chances
        ],
        **bench.heads.doubt(project, row.ordinal),
        "history": [asdict(entry) for entry in history],
        "science": bench.pictures.science(image_id),
    }


def predictions(bench: Workbench, ref: str, image_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return what a model says of images, in the order asked.

    Raises:
        UnknownImageError: One of them is not there.
        UnknownModelError: There is no such model.
    """
    known = {row.id for row in bench.store.images.by_ids(image_ids)}
    missing = [one for one in image_ids if one not in known]
    if missing:
        raise UnknownImageError(f"no image with id {missing[0]}", hint="reload the list")
    return bench.models.predict_images(ref, image_ids)
