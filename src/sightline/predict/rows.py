"""What goes into a prediction and what comes out, one picture at a time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from sightline.core.errors import (
    InvalidInputError,
    SightlineError,
    UnknownImageError,
    UnreadableImageError,
)
from sightline.imaging.preprocess import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sightline.core.arrays import F32, U8
    from sightline.core.ports import Classifier
    from sightline.core.preprocess import Preprocess

Row: TypeAlias = "dict[str, Any]"
"""{path, label, probability, probabilities}, of tags {tags} besides, or {path, error, reason};
JSON."""
_PHOTO: Final = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif")
_OTHER: Final = (".tif", ".tiff", ".fits", ".fit", ".fts", ".heic", ".heif")
SUFFIXES: Final = frozenset({*_PHOTO, *_OTHER})


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture to predict: a file, or bytes with the name to answer under."""

    name: str
    source: Path | bytes
    page: int = 0


def expand(sources: Iterable[Picture | Path | str | bytes]) -> Iterator[Picture]:
    """Yield each picture; a folder stands for the picture files in it, at any depth, sorted."""
    for source in sources:
        if isinstance(source, Picture):
            yield source
        elif isinstance(source, bytes):
            yield Picture("bytes", source)
        else:
            path = Path(source)
            if path.is_dir():
                yield from (Picture(str(one), one) for one in _pictures_in(path))
            else:
                yield Picture(str(source), path)


def _pictures_in(folder: Path) -> list[Path]:
    found = (one for one in folder.rglob("*") if one.suffix.lower() in SUFFIXES)
    return sorted(
        one
        for one in found
        if one.is_file() and not any(part[0] == "." for part in one.relative_to(folder).parts)
    )


def load_or_error(picture: Picture, rule: Preprocess) -> U8 | Row:
    """Return the network's input (size, size, 3), or the row that says why there is none."""
    try:
        return _load(picture, rule)
    except SightlineError as error:
        return fault_row(picture, error)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        problem = UnreadableImageError(f"{picture.name}: {reason}", reason=reason.lower())
        return fault_row(picture, problem)


def _load(picture: Picture, rule: Preprocess) -> U8:
    source = picture.source
    if isinstance(source, Path) and not source.exists() and not source.is_symlink():
        raise UnknownImageError(f"no file {picture.name}", hint="check the path")
    return load(source, rule, picture.page)


def fault_row(picture: Picture, error: SightlineError) -> Row:
    """Return the row of a picture that cannot be predicted; `reason` is a short phrase."""
    reason = error.reason if isinstance(error, UnreadableImageError) else error.code
    if isinstance(error, UnknownImageError):
        reason = "no such file"
    return {"path": picture.name, "error": str(error), "reason": reason}


def answer_row(
    picture: Picture,
    classes: Sequence[str],
    probabilities: F32,
    top: int | None,
    limits: Sequence[float] = (),
) -> Row:
    """Return the row of an answer, (K,) probabilities; `top` keeps the N best, best first.

    `limits`: (K,) of tags, from which probability on one counts as there. The row then names them
    in `tags`, the likeliest first, and `label` is the first of them, or null.
    """
    best_first = np.argsort(-probabilities, kind="stable")
    best = int(best_first[0])
    order = range(len(classes)) if top is None else best_first[:top]
    tags = [classes[at] for at in best_first if limits and probabilities[at] >= limits[at]]
    return {
        "path": picture.name,
        "label": (tags[0] if tags else None) if limits else classes[best],
        "probability": float(probabilities[best]),
        **({"tags": tags} if limits else {}),
        "probabilities": {classes[at]: float(probabilities[at]) for at in order},
    }


def limits_of(classifier: Classifier) -> Sequence[float]:
    """Return from which probability on each tag counts as there; none where one class is."""
    found: Sequence[float] = getattr(classifier, "limits", ())
    return found


def check_top(top: int | None) -> int | None:
    """Return `top` when it is None or at least 1.

    Raises:
        InvalidInputError: It is not.
    """
    if top is not None and top < 1:
        raise InvalidInputError(f"top is {top}", hint="say 1 or more")
    return top
