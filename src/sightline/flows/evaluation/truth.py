"""Pictures whose class is known, and how their classes meet those of a model."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError, did_you_mean
from sightline.predict.rows import expand

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from sightline.predict.rows import Picture

SPLIT_FOLDERS: Final = {
    "test": ("test", "testing"),
    "val": ("val", "valid", "validation"),
    "train": ("train", "training"),
}
"""Names of folders that stand for splits, those to judge on first."""


@dataclass(frozen=True, slots=True)
class Named:
    """Pictures, each with the name of its class."""

    pictures: tuple[Picture, ...]
    names: tuple[str, ...]
    split: str = ""
    """Which split they are of, where the folders say so."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """How the names of pictures' classes meet those of a model."""

    index: dict[str, int]
    """Place in the model's classes of each name that it knows."""
    unknown: tuple[str, ...]
    """Names that the model does not know: their pictures cannot be judged."""
    unseen: tuple[str, ...]
    """The model's classes that no picture shows."""
    loosely: dict[str, str] = field(default_factory=dict)
    """Names that differ from the model's in case, spaces or strokes only."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "matched": len(self.index),
            "unknown": list(self.unknown),
            "unseen": list(self.unseen),
            "loosely": dict(self.loosely),
        }


def class_folders(folder: Path, *, split: str | None = None) -> Named:
    """Return the pictures of a folder that holds one folder for each class.

    Where it holds `train`, `val`, `test` instead, the class folders are in those.

    Args:
        folder: Read to any depth below a class.
        split: Which of the splits; None: test, else val, else train.

    Raises:
        InvalidInputError: It is no folder, has no such split, or holds no picture in a folder.
    """
    if not folder.is_dir():
        raise InvalidInputError(f"there is no folder {folder}", hint="check the path")
    found = _below(folder)
    splits = {name: at for at in found for name, words in SPLIT_FOLDERS.items()
              if at.name.lower() in words}  # fmt: skip
    named = ""
    if found and len(splits) == len(found):
        named = split or next(name for name in SPLIT_FOLDERS if name in splits)
        if named not in splits:
            raise InvalidInputError(
                f"{folder} has no split {named!r}", hint=f"there are {', '.join(splits)}"
            )
        found = _below(splits[named])
    elif split is not None:
        raise InvalidInputError(
            f"{folder} has no splits", hint="leave --split away, or name a project"
        )
    pairs = [(picture, one.name) for one in found for picture in expand([one])]
    if not pairs:
        raise InvalidInputError(
            f"{folder} holds no pictures in folders",
            hint="it wants a folder for each class: DIR/cat/1.jpg, DIR/dog/7.jpg",
        )
    return Named(tuple(one for one, _ in pairs), tuple(name for _, name in pairs), named)


def _below(folder: Path) -> list[Path]:
    return sorted(one for one in folder.iterdir() if one.is_dir() and one.name[0] != ".")


def meet(names: Iterable[str], classes: Sequence[str]) -> Meeting:
    """Decide which class of a model each name is.

    Raises:
        InvalidInputError: None is.
    """
    wanted = sorted(set(names))
    exact = {name: at for at, name in enumerate(classes)}
    folded: dict[str, list[int]] = {}
    for name, at in exact.items():
        folded.setdefault(_folded(name), []).append(at)
    index: dict[str, int] = {}
    loosely: dict[str, str] = {}
    for name in wanted:
        near = folded.get(_folded(name), [])
        if name in exact:
            index[name] = exact[name]
        elif len(near) == 1 and classes[near[0]] not in wanted:
            index[name], loosely[name] = near[0], classes[near[0]]
    if not index:
        raise InvalidInputError(
            f"the model knows none of the classes {', '.join(wanted[:10])}",
            hint=f"name the folders as its classes; {did_you_mean(wanted[0], classes)}",
        )
    unknown = tuple(name for name in wanted if name not in index)
    there = set(index.values())
    unseen = tuple(name for at, name in enumerate(classes) if at not in there)
    return Meeting(index, unknown, unseen, loosely)


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(" " if one in "-_ " else one for one in plain).strip()
