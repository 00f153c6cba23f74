"""What a model had said of the doubtful pictures that were taken into a project."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import ConflictError
from sightline.curate.served import DOUBT, ODD, SAID, SURE
from sightline.predict.doubt import boxes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from sightline.app.doubts.shelf import Doubtful
    from sightline.app.queues.pools import Source
    from sightline.store.projects import Project
    from sightline.store.store import Store

FILE: Final = "taken.jsonl"


@dataclass(frozen=True, slots=True)
class _Table:
    """By ordinal, n of them."""

    doubt: NDArray[Any]
    said: NDArray[Any]
    sure: NDArray[Any]
    odd: NDArray[Any]


class Taken:
    """A line for each picture that was taken, in a file that only grows; read as arrays."""

    def __init__(self, store: Store, folder: Callable[[Project], Path]) -> None:
        self._store = store
        self._folder = folder
        self._last: tuple[tuple[Any, ...], _Table] | None = None

    def note(self, project: Project, found: Iterable[Doubtful], at: str) -> None:
        """Write down what was said of pictures; durable when this returns."""
        path = self._folder(project) / FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [json.dumps(_line(one, at), ensure_ascii=False) for one in found]
        with path.open("a", encoding="utf-8") as out:
            out.write("".join(f"{line}\n" for line in lines))
            out.flush()
            os.fsync(out.fileno())

    def sources(self) -> dict[str, Source]:
        """Return what fills the arrays of the queue `served`."""
        found = {DOUBT: self.doubt, SAID: self.said, SURE: self.sure, ODD: self.odd}
        return {name: _source(read) for name, read in found.items()}

    def doubt(self, project: Project, n: int) -> NDArray[Any]:
        """Return how doubtful each image was, (n,); NaN where none was served.

        Raises:
            ConflictError: None was ever taken.
        """
        table = self._table(project, n)
        if not np.isfinite(table.doubt).any():
            raise ConflictError(
                f"no doubt of a served model was taken into {project.name}",
                hint=f"sightline serve MODEL --keep-doubts {project.name}, then: "
                f"sightline doubts take {project.name}",
            )
        return table.doubt

    def said(self, project: Project, n: int) -> NDArray[Any]:
        """Return the id of the class that was said of each image, (n,); -1: none."""
        return self._table(project, n).said

    def sure(self, project: Project, n: int) -> NDArray[Any]:
        """Return the probability that was said of each image, (n,); NaN: none."""
        return self._table(project, n).sure

    def odd(self, project: Project, n: int) -> NDArray[Any]:
        """Return how odd each image was, (n,), 0..1; NaN: not known."""
        return self._table(project, n).odd

    def guesses(
        self, project: Project, ordinals: Sequence[int]
    ) -> dict[int, tuple[int | None, float | None]]:
        """Return class id and probability that were said, by ordinal."""
        table = self._table(project, self._store.state.get(project.id).size)
        return {
            at: (int(table.said[at]), round(float(table.sure[at]), 4))
            for at in ordinals
            if at < len(table.said) and table.said[at] >= 0 and np.isfinite(table.sure[at])
        }

    def _table(self, project: Project, n: int) -> _Table:
        path = self._folder(project) / FILE
        stamp = _stamp(path)
        classes = {row.name: row.id for row in self._store.classes.list(project.id)}
        key = (project.id, stamp, n, tuple(sorted(classes.items())))
        if self._last is None or self._last[0] != key:
            self._last = key, self._read(project, path, n, classes)
        return self._last[1]

    def _read(self, project: Project, path: Path, n: int, classes: Mapping[str, int]) -> _Table:
        nothing = np.full(n, np.nan, np.float32)
        table = _Table(nothing, np.full(n, -1, np.int64), nothing.copy(), nothing.copy())
        lines = {one["digest"]: one for one in _lines(path)}
        places = self._store.images.ordinals_of_digests(project.id, list(lines))
        for digest, ordinals in places.items():
            line = lines[digest]
            at = [one for one in ordinals if one < n]
            table.doubt[at] = line["score"]
            table.said[at] = classes.get(line.get("label") or "", -1)
            table.sure[at] = np.nan if line.get("p") is None else line["p"]
            table.odd[at] = np.nan if line.get("odd") is None else line["odd"]
        return table


def _source(read: Callable[[Project, int], NDArray[Any]]) -> Source:
    def found(project: Project, n: int, asked: Mapping[str, Any]) -> NDArray[Any]:
        del asked  # the queue takes no options
        return read(project, n)

    return found


def _line(one: Doubtful, at: str) -> dict[str, Any]:
    label, p = one.answer.get("label"), one.answer.get("probability")
    boxes = boxes_of(one.answer)
    if boxes:
        best = max(boxes, key=lambda box: box["score"])
        label, p = best["label"], best["score"]
    return {
        "digest": one.digest,
        "taken_at": at,
        "at": one.at,
        "model": one.model,
        "model_name": one.model_name,
        "score": one.score,
        "reasons": list(one.reasons),
        "odd": one.oddness,
        "label": label,
        "p": p,
    }


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines that are whole."""
    try:
        text = path.read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return
    for line in text.splitlines():
        try:
            found = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(found, dict) and "digest" in found and "score" in found:
            yield found


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
