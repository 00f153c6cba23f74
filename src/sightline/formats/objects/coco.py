"""COCO's JSON: boxes, polygons, run-length masks, keypoints, scores; and lists of results.

A file is read once. Its annotations come in any order, so what is plain (a picture, a class, a box)
waits in arrays, 48 bytes each, and all else in a temporary file.
"""

from __future__ import annotations

import tempfile
from array import array
from typing import IO, TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from sightline.core.errors import InvalidInputError
from sightline.formats.archive import guarded
from sightline.formats.objects.coco_rows import Rows
from sightline.formats.objects.coco_shapes import box_of, read_object, skeleton_of
from sightline.formats.objects.coco_write import write
from sightline.formats.objects.json_stream import parts_of
from sightline.formats.objects.reading import Reading, reason_of, whole
from sightline.formats.objects.records import ClassInfo, ObjectRecord, PictureRecord
from sightline.formats.objects.source import split_of, stem_of, twins_of
from sightline.formats.records import split_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sightline.formats.objects.source import Source

__all__ = ["CocoReader", "reader", "sniff", "write"]

SPOOLED: Final = 32 << 20
"""Bytes of annotations with more than a box that are kept in memory."""
INSTANCES: Final = "instances"
"""How the names of COCO's own files of objects begin."""
LISTS: Final = frozenset({"images", "categories", "annotations"})
_WITH_BOXES: Final = frozenset({"annotations", ""})
_NONE: Final = slice(0, 0)
_PLAIN: Final = frozenset(
    {"id", "image_id", "category_id", "bbox", "area", "iscrowd", "segmentation", "ignore"}
)


def sniff(source: Source) -> bool:
    """Say whether a JSON file begins like COCO's, or is a list of results."""
    return any(_is_coco(source, one) for one in source.ending(".json"))


def reader(source: Source) -> CocoReader:
    """Return what reads it."""
    return CocoReader(source)


class CocoReader(Reading):
    """Reads one file or several, one for each split."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source
        every = source.ending(".json")
        self._files = self._chosen([one for one in every if _is_coco(source, one)]) or every[:1]
        if not self._files:
            raise InvalidInputError(
                f"{source.files.name} holds no JSON file", hint="name another --format"
            )

    def _chosen(self, files: list[str]) -> list[str]:
        """Leave out what tells of the same pictures again: captions, keypoints, labels."""
        named = [one for one in files if one.rpartition("/")[2].startswith(INSTANCES)]
        for one in files if named else ():
            if one not in named:
                self.refuse(one, f"{named[0]} tells of the same pictures; read it by itself")
        return named or files

    def pictures(self) -> Iterator[PictureRecord]:
        """Yield picture after picture, in the order of the file's images.

        Raises:
            InvalidInputError: A file is damaged or no COCO.
        """
        for name in self._files:
            with _File(self._source, name, self) as file:
                file.gather()
                self.twins |= twins_of(file.paths())
                self.classes = [*self.classes, *_new(file.classes(), self.classes)]
                yield from file.pictures()


class _File:
    """One JSON file: gathered first, then handed out picture by picture."""

    def __init__(self, source: Source, name: str, account: Reading) -> None:
        self._source = source
        self._name = name
        self._account = account
        self._images: dict[Any, tuple[str, int, int]] = {}
        self._categories: dict[Any, dict[str, Any]] = {}
        self._image_of: dict[Any, int] = {}
        self._category_of: dict[Any, int] = {}
        self._of = array("q")
        self._class = array("q")
        self._boxes = array("d")
        self._rest = array("q")
        """Where the whole annotation lies in the spool; -1: there is no more than a box."""
        self._spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115  closed by __exit__

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self._spool.close()

    def gather(self) -> None:
        """Read the file."""
        files = self._source.files
        seen = False
        with guarded(files.name, self._name), files.open(self._name) as file:
            for key, value in parts_of(file, self._name, LISTS):
                if (key in LISTS or not key) and isinstance(value, list):
                    seen = True
                    if key in _WITH_BOXES and self._take_boxes(value):
                        continue
                    for one in value:
                        self._take(key, one)
        if not seen:
            raise InvalidInputError(
                f"{self._name} holds no images and annotations", hint="name another --format"
            )

    def paths(self) -> list[str]:
        """Return the pictures' paths."""
        return [path for path, _, _ in self._images.values()]

    def classes(self) -> list[ClassInfo]:
        """Return the classes, in the file's order; of a list of results, those that are met."""
        if self._categories:
            return [
                ClassInfo(str(one.get("name", key)), skeleton=skeleton_of(one))
                for key, one in self._categories.items()
            ]
        return [ClassInfo(self._result_class(one)) for one in self._category_of]

    def pictures(self) -> Iterator[PictureRecord]:
        """Yield every picture with its objects."""
        of = np.asarray(self._of, np.int64)
        order = np.argsort(of, kind="stable")
        starts = np.searchsorted(of[order], np.arange(len(self._image_of) + 1))
        results = not self._images
        split = self._split()
        labels = self._labels()
        rows_of = Rows(order, self._boxes, self._rest, self._class, labels)
        for key, place in self._order():
            path, width, height = self._images.get(key, (str(key), 0, 0))
            rows = slice(*starts[place : place + 2].tolist()) if place >= 0 else _NONE
            if rows != _NONE and not results and key not in self._images:
                self._account.refuse(
                    f"{self._name}: image {key}",
                    f"{rows.stop - rows.start} annotations of no image",
                )
                continue
            objects = rows_of.plain(rows)
            if objects is None:
                objects = self._objects(rows_of.all(rows), labels, (width, height))
            file = self._file_of(path)
            yield PictureRecord(
                path,
                objects,
                width,
                height,
                split=split or split_of(path),
                file=file,
            )

    def _order(self) -> Iterator[tuple[Any, int]]:
        """Yield each image with its place among the annotations', -1 for none."""
        for key in self._images:
            yield key, self._image_of.get(key, -1)
        for key, place in self._image_of.items():
            if key not in self._images:
                yield key, place

    def _take(self, kind: str, one: Any) -> None:
        if not isinstance(one, dict):
            self._account.refuse(self._name, f"{kind or 'results'}: {str(one)[:80]!r} is no object")
        elif kind == "images":
            self._image(one)
        elif kind == "categories":
            self._categories[_key(one.get("id"))] = one
        else:
            self._annotation(one)

    def _image(self, one: dict[str, Any]) -> None:
        path = str(one.get("file_name") or "").replace("\\", "/")
        if not path or one.get("id") is None:
            self._account.refuse(
                f"{self._name}: image {one.get('id')}", "it has no file_name or id"
            )
            return
        self._images[_key(one["id"])] = (path, whole(one.get("width")), whole(one.get("height")))

    def _take_boxes(self, batch: list[Any]) -> bool:
        """Take a batch of annotations at once if all are boxes and no more; say whether."""
        try:
            if not all(_is_plain(one) for one in batch):
                return False
            boxes = np.array([one["bbox"] for one in batch], np.float64)
            images = [one["image_id"] for one in batch]
            categories = [one["category_id"] for one in batch]
        except (AttributeError, KeyError, TypeError, ValueError):
            return False
        kinds = {*map(type, images), *map(type, categories)}
        if boxes.shape != (len(batch), 4) or not kinds <= {int, str}:
            return False
        self._boxes.frombytes(boxes.tobytes())
        for ids, places, found in (
            (images, self._image_of, self._of),
            (categories, self._category_of, self._class),
        ):
            found.extend([places.setdefault(one, len(places)) for one in ids])
        self._rest.extend([-1] * len(batch))
        return True

    def _annotation(self, one: dict[str, Any]) -> None:
        box = one.get("bbox")
        is_box = isinstance(box, list) and len(box) == 4  # noqa: PLR2004
        try:
            self._boxes.extend([float(value) for value in box] if is_box else [0.0] * 4)  # type: ignore[union-attr]
        except (TypeError, ValueError):
            self._account.refuse(self._where(one), "its bbox holds what is no number")
            del self._boxes[4 * len(self._of) :]
            return
        image, category = _key(one.get("image_id")), _key(one.get("category_id"))
        self._of.append(self._image_of.setdefault(image, len(self._image_of)))
        self._class.append(self._category_of.setdefault(category, len(self._category_of)))
        if is_box and _is_plain(one):
            self._rest.append(-1)
            return
        self._rest.append(self._spool.tell())
        data = orjson.dumps(one, option=orjson.OPT_NON_STR_KEYS)
        self._spool.write(len(data).to_bytes(8, "little") + data)

    def _objects(
        self,
        rows: Iterable[tuple[int, list[float]]],
        labels: list[str | None],
        size: tuple[int, int],
    ) -> tuple[ObjectRecord, ...]:
        found = (self._object(row, labels, box, size) for row, box in rows)
        return tuple(one for one in found if one is not None)

    def _object(
        self, row: int, labels: list[str | None], box: list[float], size: tuple[int, int]
    ) -> ObjectRecord | None:
        label = labels[self._class[row]]
        try:
            if self._rest[row] < 0:
                return ObjectRecord(_known(label), box_of(*box))
            return read_object(_known(label), self._more(row), box, size)
        except (
            ValueError,
            TypeError,
            KeyError,
            IndexError,
            OverflowError,
            InvalidInputError,
        ) as error:
            where = self._more(row) if self._rest[row] >= 0 else {}
            self._account.refuse(self._where(where, row), reason_of(error))
            return None

    def _more(self, row: int) -> dict[str, Any]:
        self._spool.seek(self._rest[row])
        size = int.from_bytes(self._spool.read(8), "little")
        found: dict[str, Any] = orjson.loads(self._spool.read(size))
        return found

    def _where(self, one: dict[str, Any], row: int | None = None) -> str:
        named = one.get("id", f"no. {row + 1}" if row is not None else "?")
        return f"{self._name}: annotation {named}"

    def _labels(self) -> list[str | None]:
        if not self._categories:
            return [self._result_class(one) for one in self._category_of]
        known = {key: str(one.get("name", key)) for key, one in self._categories.items()}
        return [known.get(key) for key in self._category_of]

    def _result_class(self, key: Any) -> str:
        names = self._source.options.classes
        return names[key] if isinstance(key, int) and 0 <= key < len(names) else str(key)

    def _split(self) -> str:
        words = stem_of(self._name.rpartition("/")[2]).replace("-", "_").replace(".", "_")
        named = next((split for one in words.split("_") if (split := split_name(one))), "")
        return named or split_of(self._name)

    def _file_of(self, path: str) -> str:
        """Return where the data set holds a picture, empty if it does not."""
        folder = self._name.rpartition("/")[0]
        near = f"{folder}/{path}" if folder else path
        found = self._source.picture_of(stem_of(near))
        return found if found.rpartition("/")[2] == path.rpartition("/")[2] else ""


def _is_plain(one: dict[str, Any]) -> bool:
    """Say whether an annotation is a box and no more."""
    plain = one.keys() <= _PLAIN
    return plain and not one.get("segmentation") and not one.get("iscrowd")


def _new(found: list[ClassInfo], have: list[ClassInfo]) -> list[ClassInfo]:
    names = {one.name for one in have}
    first = {one.name: one for one in reversed(found)}
    return [one for one in found if one.name not in names and first[one.name] is one]


def _known(label: str | None) -> str:
    if label is None:
        raise ValueError("its category is not among the categories")
    return label


def _key(value: Any) -> Any:
    """Return an id as a key: lists and the like are none."""
    return value if isinstance(value, int | str) else str(value)


def _is_coco(source: Source, name: str) -> bool:
    head = source.head(name).lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] == b"[":
        return b'"category_id"' in head and b'"image_id"' in head
    words = (b'"images"', b'"annotations"', b'"categories"', b'"info"', b'"licenses"')
    coco = sum(word in head for word in words)
    return head[:1] == b"{" and coco > 0 and not _is_another(head)


def _is_another(head: bytes) -> bool:
    """Say whether it is a JSON of another tool: of items, of shapes, of results."""
    others = (b'"dm_format_version"', b'"items"', b'"shapes"', b'"from_name"', b'"was_cancelled"')
    return any(word in head for word in others)
