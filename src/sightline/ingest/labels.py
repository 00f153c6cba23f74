"""What folders and text files say about pictures. Pure: names in, labels out."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from sightline.core.errors import InvalidInputError
from sightline.core.names import check_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Kind = Literal["folders", "tags", "none"]
Want = Literal["auto", "folders", "tags"]
"""auto: tags if enough pictures have a `.txt` with some; tags: however few have; folders: never."""
SPLITS: Final = {
    "train": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
}
"""Names of split folders, any case."""
NEVER: Final = frozenset({"images", "labels", "masks", *SPLITS})
"""Folders that are never classes."""
SIDECAR_SHARE: Final = 0.8
"""Pictures that need a `.txt` beside them before any is read as tags."""
TAG_SHARE: Final = 0.5
"""Sidecars, of those that are not empty, that must look like tags."""
MAX_TAG_CHARACTERS: Final = 40
MAX_TAG_WORDS: Final = 4
MAX_TAGS: Final = 200
MIN_CLASSES: Final = 2
HALF: Final = 0.5
"""From this probability on an image has a tag."""
Tags: TypeAlias = dict[str, float]
"""Tag to how probable it is, 0 to 1, not a number where nobody knows."""
_ODDS: Final = re.compile(r"0?\.\d+|[01](\.0*)?")
_NUMBERS: Final = re.compile(r"^\s*-?\d+(\s+-?\d*\.?\d+(e-?\d+)?)+\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FolderLabels:
    """What was found out about a set of pictures."""

    kind: Kind = "none"
    of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Name of a picture to its class (one) or its tags (any number); none: looked at, no tag."""
    splits: dict[str, str] = field(default_factory=dict)
    """Name of a picture to train, val or test, where a folder says so."""
    classes: tuple[str, ...] = ()
    """Every class or tag, in order."""
    refused: tuple[str, ...] = ()
    """Folders or tags that cannot be the name of a class."""
    rule: str = ""
    """Why tags were read, or were not, in words."""
    odds: dict[str, dict[str, float]] = field(default_factory=dict)
    """Name of a picture to those of its tags that are not certain: how probable they are, not a
    number where nobody knows. Those below one half are not among its tags."""


def find_labels(
    names: Sequence[str],
    *,
    texts: Iterable[str] = (),
    read_text: Callable[[str], str | None] = lambda _name: None,
    want: Want = "auto",
) -> FolderLabels:
    """Return the labels that a folder tree states.

    Args:
        names: Pictures, relative to the source, with `/`.
        texts: `.txt` files, likewise.
        read_text: Returns the content of one of them, None if it cannot be read.
        want: What a person, or the project's task, has decided.
    """
    splits = {name: split for name in names if (split := split_of_folder(name))}
    tags, rule = _tags(names, set(texts), read_text, want)
    kind: Kind = "tags" if tags is not None else "folders"
    if tags is None:
        tags = {name: {one: 1.0} for name, one in _class_folders(names).items()}
    said, classes, refused = _named(tags)
    of = {name: tuple(one for one, p in tags.items() if p >= HALF) for name, tags in said.items()}
    if not classes or (kind == "folders" and len(classes) < MIN_CLASSES):
        return FolderLabels(splits=splits, rule=rule)
    unsure = {name: _unsure(tags) for name, tags in said.items()}
    odds = {name: one for name, one in unsure.items() if one}
    return FolderLabels(kind, of, splits, classes, refused, rule, odds)


def split_of_folder(name: str) -> str | None:
    """Return the split that a picture's folders name, the outermost first; None for none."""
    folders = name.split("/")[:-1]
    return next((SPLITS[one.lower()] for one in folders if one.lower() in SPLITS), None)


def _class_folders(names: Sequence[str]) -> dict[str, str]:
    """Return pictures to the leaf folder they lie in, if that may be a class."""
    holding = {folder for name in names if (folder := name.rpartition("/")[0])}
    inner = {
        "/".join(parts[:depth])
        for parts in (folder.split("/") for folder in holding)
        for depth in range(1, len(parts))
    }
    leaves = {
        folder: folder.rpartition("/")[2]
        for folder in holding - inner
        if folder.rpartition("/")[2].lower() not in NEVER
    }
    pairs = ((name, leaves.get(name.rpartition("/")[0])) for name in names)
    return {name: leaf for name, leaf in pairs if leaf is not None}


def _tags(
    names: Sequence[str], texts: set[str], read_text: Callable[[str], str | None], want: Want
) -> tuple[dict[str, Tags] | None, str]:
    """Return pictures to their tags, None when the text files are not tags, and why."""
    if want == "folders":
        return None, "class folders were asked for: .txt files are not looked at"
    beside = {name: f"{name.rpartition('.')[0]}.txt" for name in names}
    beside = {name: text for name, text in beside.items() if text in texts}
    if not beside:
        return None, "no picture has a .txt"
    have = f"{len(beside):,} of {len(names):,} pictures have a .txt"
    if want == "auto" and len(beside) < SIDECAR_SHARE * len(names):
        return None, f"{have}, less than {SIDECAR_SHARE:.0%}: they are not looked at"
    read = {name: read_text(text) or "" for name, text in beside.items()}
    filled = {name: text for name, text in read.items() if text.strip()}
    parsed = {name: tags for name, text in filled.items() if (tags := parse_tags(text))}
    short = f"{len(parsed):,} of {len(filled):,} that say something hold short tags"
    most = want == "tags" or len(parsed) > TAG_SHARE * len(filled)
    if not parsed or not most:
        return None, f"{have}, but only {short}: they are no tags"
    asked = ", as tags were asked for" if want == "tags" else ""
    return parsed, f"{have}, {short}: any number of tags{asked}"


def parse_tags(text: str) -> Tags:
    """Return the tags of a sidecar with how probable each is; nothing if it is prose or numbers.

    `tag` is certain, `tag:0.7` is probable, `tag:?` is not known (not a number). A tag that is
    there twice counts as at first. Numbers are YOLO's.
    """
    lines = [line for line in text.replace("\ufeff", "").splitlines() if line.strip()]
    if any(_NUMBERS.match(line) for line in lines):
        return {}
    parts = [" ".join(part.split()) for line in lines for part in line.split(",")]
    tags = [_tag(part) for part in parts if part]
    short = all(
        len(tag) <= MAX_TAG_CHARACTERS and len(tag.split()) <= MAX_TAG_WORDS for tag, _ in tags
    )
    if not tags or not short or len(tags) > MAX_TAGS or all(_is_number(tag) for tag, _ in tags):
        return {}
    first = {tag.casefold(): (tag, odds) for tag, odds in reversed(tags)}
    return dict(reversed(first.values()))


def _tag(text: str) -> tuple[str, float]:
    """Return a tag and how probable it is; a colon that no probability follows is part of it."""
    name, colon, value = (part.strip() for part in text.rpartition(":"))
    if not colon or not name:
        return text, 1.0
    if value == "?":
        return name, math.nan
    return (name, float(value)) if _ODDS.fullmatch(value) else (text, 1.0)


def _unsure(tags: Tags) -> dict[str, float]:
    """Return the tags that are neither certain nor excluded."""
    return {name: odds for name, odds in tags.items() if odds not in {0.0, 1.0}}


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _named(
    raw: dict[str, Tags],
) -> tuple[dict[str, Tags], tuple[str, ...], tuple[str, ...]]:
    """Return (labels, class names, refused names), one spelling per name whatever its case."""
    spellings: dict[str, str | None] = {}
    refused: dict[str, None] = {}
    for labels in raw.values():
        for label in labels:
            key = label.casefold()
            if key not in spellings:
                spellings[key] = _valid(label)
            if spellings[key] is None:
                refused[label] = None
    of = {
        name: {spelt: p for one, p in labels.items() if (spelt := spellings[one.casefold()])}
        for name, labels in raw.items()
    }
    names = {spelt for spelt in spellings.values() if spelt is not None}
    order = sorted(names, key=lambda one: (len(one), one) if one.isdigit() else (0, one))
    return {name: labels for name, labels in of.items() if labels}, tuple(order), tuple(refused)


def _valid(name: str) -> str | None:
    try:
        return check_name(name, "class")
    except InvalidInputError:
        return None
