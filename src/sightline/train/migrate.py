"""Specs of older versions, lifted to the present shape; nothing that was asked for is lost."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError
from sightline.train.spec import VERSION, TrainSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

MOVED: Final[dict[int, dict[str, str]]] = {
    1: {
        "class_weights": "loss.class_weights",
        "label_smoothing": "loss.label_smoothing",
        "amp": "precision.amp",
    },
}
"""By the version that had them: old dotted key to the new one."""


def migrate(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings in the present shape, at whatever version they were written.

    Keys of an older version are understood also where no version is written, as in a file that a
    person wrote; a key that is there in both shapes keeps the newer value.

    Raises:
        InvalidInputError: They are of a newer version than this program.
    """
    version = values.get("version", 1)
    if isinstance(version, int) and version > VERSION:
        raise InvalidInputError(
            f"the spec is of version {version}, newer than {VERSION}", hint="update sightline"
        )
    out = copy.deepcopy(dict(values))
    if "version" in out and isinstance(version, int):
        out["version"] = VERSION
    for number in sorted(MOVED):
        for old, new in MOVED[number].items():
            _move(out, old, new)
    return out


def moved_keys(values: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return where `migrate` puts keys of older versions: {"from", "to"} each."""
    return [
        {"from": old, "to": new}
        for number in sorted(MOVED)
        for old, new in MOVED[number].items()
        if _group_of(values, old) is not None
    ]


def saved_spec(values: Mapping[str, Any]) -> TrainSpec:
    """Return the spec that a run or a checkpoint kept.

    Raises:
        InvalidInputError: It is of a newer version.
        ValidationError: It was changed by hand and is no spec.
    """
    return TrainSpec.model_validate(migrate(values))


def _move(values: dict[str, Any], old: str, new: str) -> None:
    """Move a dotted key, in place; a group that is no group is left for the check to name."""
    source = _group_of(values, old)
    if source is None:
        return
    value = source.pop(old.rsplit(".", maxsplit=1)[-1])
    *groups, key = new.split(".")
    target = values
    for name in groups:
        target = target.setdefault(name, {})
        if not isinstance(target, dict):
            return
    target.setdefault(key, value)


def _group_of(values: Mapping[str, Any], dotted: str) -> dict[str, Any] | None:
    """Return the group that holds a dotted key, or None where there is no such key."""
    *groups, key = dotted.split(".")
    group: Any = values
    for name in groups:
        group = group.get(name) if isinstance(group, dict) else None
    return group if isinstance(group, dict) and key in group else None
