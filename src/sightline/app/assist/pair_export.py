"""A segmenter from a folder of transformers, made an ONNX pair: a model of its own, or files."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightline.export.pair import DECODER, export_pair

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sightline.core.cards import ModelCard
    from sightline.core.progress import Progress
    from sightline.store.models import ModelStore

    Check = Callable[[Path, ModelCard], Mapping[str, Any]]


def as_pair(
    models: ModelStore, card: ModelCard, check: Check, progress: Progress, out: Path | None = None
) -> dict[str, Any]:
    """Write a segmenter as two ONNX files and return the report; `model` is the new model's id.

    Args:
        models: Where it lies, and where the pair becomes a segmenter of its own.
        card: A segmenter of format transformers.
        check: Asks the pair once before it counts.
        progress: Told what is being done.
        out: A folder for the files; then there is no new model.

    Raises:
        ParityError: The files answer differently; nothing was written.
        InvalidInputError: It cannot be exported.
    """
    weights = models.path_of(card)
    if out is not None:
        return export_pair(card, weights, out, progress).to_dict()
    models.root.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".adding-export-", dir=models.root))
    try:
        report = export_pair(card, weights, folder, progress)
        made = models.add(
            report.encoder,
            extras={DECODER: report.decoder},
            check=check,
            name=f"{card.name}-onnx",
            kind="segmenter",
            format="onnx",
            preprocess=card.preprocess,
            network=card.network,
            licence=card.licence,
            source=f"exported from {card.id}",
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    progress.log(f"added the segmenter {made.name}: {made.id}")
    path = {"path": str(models.path_of(made).parent), "model": made.id, "name": made.name}
    return report.to_dict() | path
