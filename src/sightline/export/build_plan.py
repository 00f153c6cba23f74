"""Decide what a build holds: pictures of one size in folders that other trainers read.

Nothing is read or written here. A picture's key covers all that its pixels follow from, so that
two builds, or a build and its second attempt, know what they have in common; the build's hash
covers keys, names and labels, so that it stands for the whole.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import PIL

from sightline.core.errors import InvalidInputError, did_you_mean
from sightline.formats.names import safe_part
from sightline.imaging.edit import FITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FORMATS: Final = {"jpeg": "jpg", "png": "png", "webp": "webp"}
LAYOUTS: Final = ("split/class", "class", "split", "flat")
LEAST_PX: Final = 64
MOST_PX: Final = 1024
BYTES_PER_PIXEL: Final = {"jpeg": 0.6, "png": 2.4, "webp": 0.4}
"""More than pictures take; for the look at the disk."""
VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSpec:
    """How the pictures of a build are made and laid out."""

    size: int = 256
    """Side of the square, pixels; of `inside` the long side at most."""
    format: str = "jpeg"
    quality: int = 92
    """Of JPEG and WebP, 1..100."""
    fit: str = "inside"
    layout: str = "split/class"

    def __post_init__(self) -> None:
        """Refuse what cannot be made."""
        if not LEAST_PX <= self.size <= MOST_PX:
            raise InvalidInputError(
                f"no build of {self.size} pixels", hint=f"{LEAST_PX} to {MOST_PX}"
            )
        for value, known in (
            (self.format, tuple(FORMATS)),
            (self.fit, FITS),
            (self.layout, LAYOUTS),
        ):
            if value not in known:
                raise InvalidInputError(f"no {value!r}", hint=did_you_mean(value, known))
        if not 1 <= self.quality <= 100:  # noqa: PLR2004
            raise InvalidInputError(f"no quality of {self.quality}", hint="1 to 100; 92 is good")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One labelled image."""

    image_id: int
    path: str
    page: int
    digest: str
    stem: str
    split: str
    class_name: str
    tags: tuple[str, ...]
    edit: str | None
    """As `core.edits` writes it."""
    width: int
    """Of the upright picture, pixels."""
    height: int


@dataclass(frozen=True, slots=True)
class Planned:
    """One picture of a build."""

    source: Source
    file: str
    """Relative to the build, with `/`."""
    key: str
    """32 hex digits."""


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """All of a build."""

    spec: BuildSpec
    task: Literal["single", "multi"]
    classes: tuple[str, ...]
    pictures: tuple[Planned, ...]
    hash: str
    """32 hex digits."""

    def has_sidecar(self, one: Planned) -> bool:
        """Whether a `.txt` with its tags lies beside a picture."""
        return self.task == "multi" or bool(one.source.tags)

    def manifest(self) -> dict[str, Any]:
        """Return what stands at the top of manifest.json."""
        return {
            "format": "sightline-build",
            "version": VERSION,
            "hash": self.hash,
            "spec": asdict(self.spec),
            "encoder": encoder(),
            "task": self.task,
            "classes": list(self.classes),
        }


def plan_build(
    sources: Iterable[Source],
    spec: BuildSpec,
    *,
    task: Literal["single", "multi"],
    classes: Sequence[str],
    tone: str = "",
) -> BuildPlan:
    """Return what a build of these images holds, in the order of their ids.

    Args:
        sources: Labelled images.
        spec: How they are made and laid out.
        task: Of tags there is no folder for each class, and every picture has a `.txt`.
        classes: Names, in their order.
        tone: What changes when samples of more than 8 bits become 8 in another way.
    """
    taken: Counter[str] = Counter()
    pictures = []
    for one in sorted(sources, key=lambda one: (one.image_id, one.page)):
        file = _file(one, spec, task, taken)
        pictures.append(Planned(one, file, _key(one, spec, tone)))
    head = [VERSION, encoder(), asdict(spec), task, list(classes)]
    rows = [[p.file, p.key, p.source.class_name, p.source.tags, p.source.split] for p in pictures]
    return BuildPlan(spec, task, tuple(classes), tuple(pictures), _hash([head, rows], 16))


def encoder() -> str:
    """Return what writes the pictures: another version may write other bytes."""
    return f"Pillow {PIL.__version__}"


def _file(one: Source, spec: BuildSpec, task: str, taken: Counter[str]) -> str:
    """Return where a picture lies; of two of one name in a folder the later gets a mark."""
    folders = {"split": one.split, "class": "" if task == "multi" else safe_part(one.class_name)}
    parts = [folders.get(name, "") for name in spec.layout.split("/")]
    folder = "/".join(part for part in parts if part)
    stem = safe_part(one.stem)
    suffix = FORMATS[spec.format]
    for name in (stem, f"{stem}-{one.digest[:8]}", f"{stem}-{one.digest[:8]}-{one.page}"):
        file = f"{folder}/{name}.{suffix}" if folder else f"{name}.{suffix}"
        if not taken[file.casefold()]:
            break
    else:
        file = f"{folder}/{stem}-{one.image_id}.{suffix}".lstrip("/")
    taken[file.casefold()] += 1
    return file


def _key(one: Source, spec: BuildSpec, tone: str) -> str:
    facts = [one.digest, one.page, one.edit, tone, spec.size, spec.fit, spec.format]
    return _hash([VERSION, encoder(), *facts, spec.quality if spec.format != "png" else 0], 16)


def _hash(value: Any, size: int) -> str:
    raw = json.dumps(value, sort_keys=True, ensure_ascii=False).encode()
    return hashlib.blake2b(raw, digest_size=size).hexdigest()
