"""What every format is read into and written from: plain records, nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

SPLIT_NAMES: Final = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
    "test": "test",
    "testing": "test",
}
"""What other tools call the splits, in lower case."""


@dataclass(frozen=True, slots=True)
class Record:
    """One image of a data set. Empty text, None and 0 mean: the source does not say."""

    path: str
    """Relative to the data set, with `/`; or as somebody wrote it."""
    label: str = ""
    tags: tuple[str, ...] | None = None
    status: str = ""
    """One of `core.labels.STATUSES`."""
    split: str = ""
    page: int | None = None
    """Page of a file with several, from 0; None: all of them."""
    digest: str = ""
    """BLAKE3 of the file's bytes, hex."""
    item_id: str = ""
    width: int = 0
    """Pixels, upright."""
    height: int = 0
    was_unsure: bool = False
    first_labelled_at: str = ""
    """UTC, RFC 3339."""
    labelled_at: str = ""
    """When the label that stands was given."""
    file: str = ""
    """Where the data set holds the bytes, relative to it."""
    source: str = ""
    """Where the bytes lie on this machine."""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """A class as a data set knows it."""

    name: str
    colour: str = ""
    hotkey: str = ""
    skeleton: dict[str, Any] | None = None
    """Of its keypoints: {"names": [...], "edges": [[from, to], ...]}, places from 0."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """What a writer is given. `records` are taken once, in their order, never all in memory."""

    name: str
    records: Iterable[Record]
    count: int
    classes: tuple[ClassInfo, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    """For the manifest: encoder, calibration, versions, place in the journal."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A line or a file of a data set that is left out, and why."""

    where: str
    reason: str


@dataclass(slots=True)
class ReadSet:
    """What a reader found."""

    format: str
    records: list[Record] = field(default_factory=list)
    classes: list[ClassInfo] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What a person should know: columns that were ignored, an encoding that was guessed."""


def split_name(written: str) -> str:
    """Return train, val or test for what somebody calls a split, empty if it is none."""
    return SPLIT_NAMES.get(written.strip().lower(), "")


def item_id(digest: str, page: int) -> str:
    """Return what names an image in every workspace that has its bytes."""
    return f"{digest[:16]}-{page}" if page else digest[:16]
