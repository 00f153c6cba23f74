"""Where predictions to be judged come from: a file in any format of objects, or suggestions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import orjson

from sightline.app.datasets.object_imports import finder_of
from sightline.core.errors import InvalidInputError, did_you_mean
from sightline.formats.objects.frames import in_pixels
from sightline.formats.objects.source import ReadOptions
from sightline.formats.objects.table import open_source, reader_of
from sightline.label.object_frames import upright

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from sightline.core.geometry.shapes import Shape
    from sightline.formats.objects.records import PictureRecord
    from sightline.label.object_match import Picture
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.store import Store

SUGGESTIONS: Final = "suggestions:"
MOST_SHOWN: Final = 100
CHUNK: Final = 500
MOST_IDS: Final = 1 << 28
"""Bytes of a COCO file that only lends its ids."""


class Said(NamedTuple):
    """One predicted object."""

    label: str
    shape: Shape
    score: float


@dataclass(slots=True)
class Account:
    """What of a source could not be used."""

    refused: int = 0
    unmatched: int = 0
    """Pictures that the project has not."""
    without_score: int = 0
    reasons: list[dict[str, str]] = field(default_factory=list)
    """The first of them, each with where and why."""

    def skip(self, where: str, reason: str) -> None:
        """Note something that was left out."""
        if len(self.reasons) < MOST_SHOWN:
            self.reasons.append({"where": where[:300], "reason": reason[:300]})


class Predicted(Protocol):
    """Predictions as a stream."""

    account: Account
    """Complete once `images` has ended."""
    format: str
    silent: str
    """What it means that a picture is not named: `missed` or `skip`."""

    def images(self) -> Iterator[tuple[ImageRow, list[Said]]]:
        """Yield each image with what is predicted in it; one may come more than once."""
        ...


class Suggested:
    """What one source has suggested, rejected suggestions too: it did predict them."""

    format = "suggestions"
    silent = "skip"

    def __init__(self, store: Store, project: Project, name: str) -> None:
        known = store.suggestions.sources(project)
        if name not in known:
            raise InvalidInputError(
                f"{name!r} has suggested nothing in {project.name}",
                hint=did_you_mean(name, known) if known else "sightline suggest PROJECT first",
            )
        self.account = Account()
        self._store, self._project, self._name = store, project, name

    def images(self) -> Iterator[tuple[ImageRow, list[Said]]]:
        """Yield the images that it was asked about."""
        for part in _parts(self._store.suggestions.stream(self._project, self._name)):
            rows = {row.id: row for row in self._store.images.by_ids([key for key, _ in part])}
            for key, said in part:
                if key in rows:
                    yield rows[key], [Said(one.label, one.shape, one.score) for one in said]


class FromFile:
    """Predictions of a file, folder or ZIP."""

    silent = "missed"

    def __init__(
        self,
        store: Store,
        project: Project,
        path: Path,
        *,
        folder: Path | None = None,
        form: str = "auto",
        classes: Sequence[str] = (),
        ids: Path | None = None,
    ) -> None:
        self.account = Account()
        self.format = form
        self._store, self._project, self._path = store, project, path
        self._folder = folder or path.parent
        self._classes = tuple(classes)
        self._names = Ids() if ids is None else read_ids(ids)

    def images(self) -> Iterator[tuple[ImageRow, list[Said]]]:
        """Yield the images that the file names.

        Raises:
            InvalidInputError: It is not there, damaged, or in no format that is known.
        """
        finder = finder_of(self._store, self._project, self._folder, self._path)
        numbers = Numbers(self._store, self._project)
        options = ReadOptions(classes=self._classes)
        with open_source(self._path, options) as source:
            self.format, reader = reader_of(source, self.format)
            for part in _parts(reader.pictures()):
                found = [finder.find(self._names.path(one.path)) for one in part]
                ids = [
                    numbers.find(one.path) if there.image is None else there.image.id
                    for one, there in zip(part, found, strict=True)
                ]
                rows = {row.id: row for row in self._store.images.by_ids(list(filter(None, ids)))}
                for one, there, key in zip(part, found, ids, strict=True):
                    row = rows.get(key)
                    if row is None:
                        self.account.unmatched += 1
                        why = there.reason or "the project has no such picture"
                        self.account.skip(one.path, why)
                    else:
                        yield row, self._said(one, row, there.image)
            self.account.refused += reader.refused_count
            for refused in reader.refused:
                self.account.skip(refused.where, refused.reason)

    def _said(self, one: PictureRecord, row: ImageRow, picture: Picture | None) -> list[Said]:
        try:
            if picture is None:
                fitted = in_pixels(one, row.width, row.height)
            else:
                fitted, _ = upright(one, picture)
        except ValueError as error:
            self.account.refused += 1
            self.account.skip(one.path, str(error))
            return []
        self.account.without_score += sum(each.score is None for each in fitted.objects)
        return [
            Said(
                self._names.label(each.label),
                each.shape,
                1.0 if each.score is None else each.score,
            )
            for each in fitted.objects
        ]


@dataclass(frozen=True, slots=True)
class Ids:
    """The names behind the numbers of a list of results."""

    images: dict[str, str] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)

    def path(self, written: str) -> str:
        """Return the path of a picture that may be named by its number."""
        return self.images.get(written, written)

    def label(self, written: str) -> str:
        """Return the name of a class that may be named by its number."""
        return self.categories.get(written, written)


def read_ids(path: Path) -> Ids:
    """Read which number stands for which picture and class from a COCO file.

    Raises:
        InvalidInputError: It is none.
    """
    hint = "name the COCO file whose images and categories the results are numbered by"
    try:
        if path.stat().st_size > MOST_IDS:
            raise InvalidInputError(f"{path.name} is too large", hint=hint)
        found: dict[str, Any] = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
        return Ids(
            {str(one["id"]): str(one["file_name"]) for one in found["images"]},
            {str(one["id"]): str(one["name"]) for one in found["categories"]},
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInputError(f"{path.name} is no COCO file: {error}", hint=hint) from error


class Numbers:
    """Images by the number that their file is named by, as in 000000000139.jpg."""

    def __init__(self, store: Store, project: Project) -> None:
        self._assets: dict[int, set[int]] = defaultdict(set)
        for one in store.images.locations(project.id):
            stem = PurePosixPath(one.path.replace("\\", "/")).stem
            if stem.isdecimal():
                self._assets[int(stem)].add(one.asset_id)
        self._images = {row.asset_id: row.id for row in store.exchange.now(project.id)}

    def find(self, written: str) -> int:
        """Return the image that a bare number means; 0: none, or more than one."""
        assets = self._assets.get(int(written), set()) if written.isdecimal() else set()
        return self._images.get(next(iter(assets)), 0) if len(assets) == 1 else 0


def _parts(rows: Iterable[Any]) -> Iterator[list[Any]]:
    part: list[Any] = []
    for row in rows:
        part.append(row)
        if len(part) == CHUNK:
            yield part
            part = []
    if part:
        yield part
