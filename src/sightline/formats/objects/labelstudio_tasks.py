"""Label Studio's documents in one form: a picture and the results that count.

Understood: tasks as they are exported (JSON), short ones (JSON_MIN), single ones as they lie in a
storage, and those of before 2021, whose annotations are called completions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_UPLOAD: Final = re.compile(r"^[0-9a-f]{8}-(?=.)")
"""What Label Studio puts before the name of an uploaded file."""
_KEYS: Final = ("path", "image", "img", "image_url", "url")
"""Names of the data that hold a picture's place, the surest first."""


@dataclass(frozen=True, slots=True)
class Task:
    """One picture with the results of one annotation."""

    path: str
    results: list[Any]
    split: str = ""
    score: Any = None
    """Of a prediction as a whole."""
    passed_over: list[str] = field(default_factory=list)
    """Why other annotations of it do not count."""


def task_of(one: Any, suffixes: Collection[str]) -> Task:
    """Return what a task says.

    Args:
        one: An element of the document.
        suffixes: How the names of pictures end, in lower case.

    Raises:
        ValueError: It is none, or names no picture.
    """
    if not isinstance(one, dict):
        raise TypeError("it is no task")
    if "result" in one and isinstance(one.get("task"), dict):  # as it lies in a storage
        one = {**one["task"], "annotations": [one]}
    data = one.get("data")
    if not isinstance(data, dict):
        return Task(_path(one, suffixes), _short(one))
    path = _path(data, suffixes)
    said = one.get("annotations", one.get("completions")) or []
    results, passed_over = _chosen([row for row in said if isinstance(row, dict)])
    split = str(data.get("split") or "")
    if results is not None:
        return Task(path, results, split, passed_over=passed_over)
    predictions = [row for row in one.get("predictions") or [] if isinstance(row, dict)]
    if said or not predictions:
        return Task(path, [], split, passed_over=passed_over)
    last = predictions[-1]
    return Task(path, _list(last.get("result")), split, last.get("score"), passed_over)


def place_of(written: str) -> str:
    """Return the path in what Label Studio calls the place of a picture.

    Its own prefixes go (`/data/upload/7/1a2b3c4d-`, `/data/local-files/?d=`), as do the names of
    hosts and buckets.
    """
    parts = urlsplit(written.replace("\\", "/"))
    if len(parts.scheme) <= 1:  # no address: a path, perhaps of a drive
        inner = parse_qs(parts.query).get("d") if "local-files" in parts.path else None
        path = inner[0] if inner else written.replace("\\", "/")
    else:
        path = unquote(parts.path)
        inner = parse_qs(parts.query).get("d") if "local-files" in parts.path else None
        path = inner[0] if inner else path
    if "data/upload/" in path:
        return _UPLOAD.sub("", unquote(path).rpartition("/")[2])
    return path.lstrip("/") if parts.scheme or inner else path


def _chosen(rows: list[dict[str, Any]]) -> tuple[list[Any] | None, list[str]]:
    """Return the results that count: of the ground truth, else of the newest annotation."""
    kept = [row for row in rows if not (row.get("was_cancelled") or row.get("skipped"))]
    passed_over = ["an annotation that was cancelled"] * (len(rows) - len(kept))
    if not kept:
        return None, passed_over
    best = max(
        range(len(kept)),
        key=lambda at: (
            kept[at].get("ground_truth") is True or kept[at].get("honeypot") is True,
            str(kept[at].get("updated_at") or kept[at].get("created_at") or ""),
            at,
        ),
    )
    others = f"it has {len(kept)} annotations: the newest counts, or what is called ground truth"
    passed_over += [others] * (len(kept) > 1)
    return _list(kept[best].get("result")), passed_over


def _path(data: Mapping[str, Any], suffixes: Collection[str]) -> str:
    found = [data.get(key) for key in _KEYS]
    found += [one for one in data.values() if _is_picture(one, suffixes)]
    for one in found:
        if isinstance(one, str) and one:
            return place_of(one)
    raise ValueError("it names no picture")


def _is_picture(value: Any, suffixes: Collection[str]) -> bool:
    if not isinstance(value, str):
        return False
    path = value.partition("?")[0]
    return f".{path.rpartition('.')[2].lower()}" in suffixes


def _short(one: Mapping[str, Any]) -> list[Any]:
    """Return the results of a short task, whose values are spread over their names."""
    found: list[Any] = []
    for name, rows in one.items():
        if name in {"choice", "choices"}:
            said = rows.get("choices") if isinstance(rows, dict) else rows
            names = said if isinstance(said, list) else [said]
            found.append({"type": "choices", "from_name": name, "value": {"choices": names}})
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict):
                kind = next((key for key in row if key.endswith("labels")), "")
                found.append({**row, "type": kind, "from_name": name, "value": row})
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
