"""The skeleton of a class: the names of its keypoints, and which of them are joined."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_POINTS: Final = 200
MAX_NAME: Final = 80
_HINT: Final = 'as in "nose,left eye,right eye;1-2,1-3": names, then which of them are joined'


def check_skeleton(data: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return {"names": [...], "edges": [[from, to], ...]}, places from 0; None where there is none.

    Raises:
        InvalidInputError: A name is empty or there twice, or an edge joins nothing.
    """
    if not data or not data.get("names"):
        return None
    names = [str(one).strip() for one in data["names"]]
    if len(names) > MAX_POINTS or any(not 0 < len(one) <= MAX_NAME for one in names):
        raise InvalidInputError(
            "the names of the keypoints are not valid",
            hint=f"up to {MAX_POINTS} of them, each of 1 to {MAX_NAME} characters",
        )
    if len(set(names)) < len(names):
        raise InvalidInputError("a keypoint is there twice", hint="give each a name of its own")
    edges = [[int(a), int(b)] for a, b in data.get("edges") or ()]
    for a, b in edges:
        if a == b or not (0 <= a < len(names) and 0 <= b < len(names)):
            raise InvalidInputError(
                f"keypoints {a + 1} and {b + 1} cannot be joined", hint=f"there are {len(names)}"
            )
    return {"names": names, "edges": edges}


def skeleton_text(data: Mapping[str, Any] | None) -> str | None:
    """Return how it is stored.

    Raises:
        InvalidInputError: It is not valid.
    """
    checked = check_skeleton(data)
    return None if checked is None else json.dumps(checked, ensure_ascii=False)


def skeleton_from(text: str | None) -> dict[str, Any] | None:
    """Return what `skeleton_text` stored."""
    return None if text is None else dict(json.loads(text))


def skeleton_of_words(words: str) -> dict[str, Any] | None:
    """Read what a person types: `nose,left eye,right eye;1-2,1-3`; `none` takes it away.

    Raises:
        InvalidInputError: It is not of that form.
    """
    if words.strip().lower() in {"", "none"}:
        return None
    names, _, joints = words.partition(";")
    pairs = [one.strip() for one in joints.split(",") if one.strip()]
    found = [re.fullmatch(r"(\d+)\s*-\s*(\d+)", one) for one in pairs]
    if not all(found):
        raise InvalidInputError(f"{words[:80]!r} is no skeleton", hint=_HINT)
    edges = [[int(one[1]) - 1, int(one[2]) - 1] for one in found if one]
    return check_skeleton({"names": names.split(","), "edges": edges})
