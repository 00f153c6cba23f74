"""What a YOLO data set says of itself: names of classes, splits, points of a pose."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from os.path import commonprefix
from typing import TYPE_CHECKING, Any, Final

import yaml

from sightline.core.errors import InvalidInputError
from sightline.formats.objects.source import OneFile, as_text
from sightline.formats.records import split_name

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.formats.objects.source import Source

NAME_FILES: Final = frozenset(
    {"classes.txt", "labelmap.txt", "labels.txt", "obj.names", "_darknet.labels", "names.txt"}
    | {"predefined_classes.txt", "class_names.txt"}
)
LISTS: Final = frozenset({"train.txt", "val.txt", "valid.txt", "test.txt", "trainval.txt"})
NO_LABELS: Final = NAME_FILES | LISTS | {"readme.txt", "readme.roboflow.txt", "readme.dataset.txt"}
MOST_YAML: Final = 4 << 20
MOST_CLASSES: Final = 100_000
TASKS: Final = {"detect", "segment", "obb", "pose"}


@dataclass(slots=True)
class Card:
    """What is known besides the labels."""

    names: dict[int, str] = field(default_factory=dict)
    """Empty: nothing says how the classes are called."""
    points: int = 0
    """Keypoints of each object; 0: no pose."""
    dims: int = 3
    """Numbers of each keypoint: 2 without visibility."""
    task: str = ""
    splits: dict[str, str] = field(default_factory=dict)
    """Start of a path to train, val or test."""
    point_names: list[str] = field(default_factory=list)
    edges: list[list[int]] = field(default_factory=list)


def card_of(source: Source) -> Card:
    """Return what the data set, or else the folder that it lies in, says of itself.

    Raises:
        InvalidInputError: Its YAML is damaged.
    """
    found = _within(source)
    if source.options.classes:
        found.names = dict(enumerate(source.options.classes))
    elif not found.names and source.near is not None:
        beside = _beside(source)
        if beside is not None:
            found = beside
    return found


def names_in(path: Path) -> tuple[str, ...]:
    """Return the names of a file, by their numbers: a YAML with `names`, or one in each line.

    Raises:
        InvalidInputError: It names nothing, or is no YAML that can be read.
        OSError: It is not there.
    """
    text = as_text(path.read_bytes()[:MOST_YAML])
    is_yaml = path.suffix.lower() in {".yaml", ".yml"}
    names = _from_yaml(text, path.name).names if is_yaml else _from_lines(text)
    if not names or max(names) > MOST_CLASSES:
        raise InvalidInputError(f"{path.name} names no classes", hint="one name in each line")
    return tuple(names.get(place, str(place)) for place in range(max(names) + 1))


def _within(source: Source) -> Card:
    """Read the first YAML with names, else the first list of names; the shortest path first."""
    card = Card()
    for name in sorted(source.ending(".yaml", ".yml"), key=lambda one: (one.count("/"), one)):
        card = _from_yaml(source.text(name)[:MOST_YAML], name)
        if card.names:
            return card
    lists = [one for one in source.names if one.rpartition("/")[2].lower() in NAME_FILES]
    lists += [one for one in source.ending(".names") if one not in lists]
    for name in sorted(lists, key=lambda one: (one.count("/"), one)):
        names = _from_lines(source.text(name))
        if names:
            card.names = names
            break
    return card


def _beside(source: Source) -> Card | None:
    """Read what lies beside the labels: a YAML of the folder's name first, then lists of names."""
    near = source.near
    if near is None:
        return None
    parent = near if isinstance(source.files, OneFile) else near.parent
    yamls = sorted(parent.glob("*.y*ml"), key=lambda one: _distance(one, near))
    cards = (_from_yaml(_small(path), path.name) for path in yamls)
    lists = (Card(names=_from_lines(_small(parent / name))) for name in sorted(NAME_FILES))
    return next((card for card in chain(cards, lists) if card.names), None)


def _small(path: Path) -> str:
    """Return a text; nothing when it is not there, or larger than any list of names."""
    if not path.is_file() or path.stat().st_size > MOST_YAML:
        return ""
    return as_text(path.read_bytes())


def _distance(path: Path, near: Path) -> tuple[int, str]:
    """Put first what is called most like the folder: `boxes_classes.yaml` beside `boxes`."""
    alike = commonprefix([path.stem, near.name])  # noqa: RUF071 - letters are meant
    return -len(alike), path.name


def _from_lines(text: str) -> dict[int, str]:
    """Return the names of a list, one in a line; `0 cat` and `cat,0` too."""
    names: dict[int, str] = {}
    for line in text.splitlines()[:MOST_CLASSES]:
        name = line.strip()
        if name:
            names[len(names)] = name
    return names


def _from_yaml(text: str, where: str) -> Card:
    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InvalidInputError(
            f"{where} is no YAML that can be read: {str(error)[:200]}", hint="mend it"
        ) from error
    if not isinstance(data, dict):
        return Card()
    card = Card(names=_names(data.get("names") or data.get("classes")))
    task = data.get("task")
    if isinstance(task, str) and task in TASKS:
        card.task = task
    shape = data.get("kpt_shape")
    if isinstance(shape, list) and len(shape) == 2 and all(isinstance(one, int) for one in shape):  # noqa: PLR2004
        card.points, card.dims = shape
    points = data.get("kpt_names")
    if isinstance(points, dict):
        points = next(iter(points.values()), None)
    if isinstance(points, list):
        card.point_names = [str(one) for one in points]
    card.edges = _edges(data.get("skeleton"))
    card.splits = _splits(data)
    return card


def _names(value: Any) -> dict[int, str]:
    if isinstance(value, list):
        return {place: str(name).strip() or str(place) for place, name in enumerate(value)}
    if isinstance(value, dict):
        found = {str(key): str(name).strip() for key, name in value.items()}
        return {int(key): name or key for key, name in found.items() if key.isdecimal()}
    return {}


def _edges(value: Any) -> list[list[int]]:
    if not isinstance(value, list):
        return []
    pairs = [one for one in value if isinstance(one, list) and len(one) == 2]  # noqa: PLR2004
    return [[int(a), int(b)] for a, b in pairs if isinstance(a, int) and isinstance(b, int)]


def _splits(data: dict[Any, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in data.items():
        split = split_name(str(key))
        for path in value if isinstance(value, list) else [value]:
            if split and isinstance(path, str) and not path.lower().endswith(".txt"):
                parts = [
                    one for one in path.replace("\\", "/").split("/") if one not in {"", ".", ".."}
                ]
                found["/".join(parts)] = split
    return found
