"""Predictions and labels of the same pictures, brought together to be judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from sightline.core.errors import InvalidInputError
from sightline.core.labels import split_code
from sightline.flows.detection.sides import OUTLINES, Item, Sides
from sightline.metrics.detection import Judged
from sightline.metrics.detection_errors import MIN_IOU

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sightline.app.detection.sources import Predicted, Said
    from sightline.core.objects import ImageObject
    from sightline.metrics.detection import By
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.store import Store

HELD: Final = 10_000
"""Objects that wait until their pictures' labels are read together."""
LOW_SCORE: Final = 0.1
"""Where no prediction is below it, they were cut off, which costs average precision."""
LOOKED_AT: Final = frozenset({"done", "reviewed"})
"""A picture with one of these review statuses and no object is truly empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """How predictions are to be judged."""

    form: str = "auto"
    """Format of a file."""
    by: Literal["auto", "box", "mask"] = "auto"
    """What is laid over each other; auto: pixels where both sides have outlines."""
    min_score: float | None = None
    """Predictions below it are no errors; None: the score of the best F1."""
    min_iou: float = MIN_IOU
    splits: tuple[str, ...] = ()
    """Only pictures of these; empty: all."""
    silent: Literal["missed", "skip"] | None = None
    """What a labelled picture counts that the predictions do not name: nothing was found in it, or
    nothing was asked. None: missed for files, skip for suggestions."""
    classes: tuple[str, ...] = ()
    """Names in the order of the numbers in the files."""
    ids: str = ""
    """A COCO file whose numbers of images and classes a list of results uses."""

    @staticmethod
    def of(values: Mapping[str, Any]) -> Judging:
        """Read it from JSON, where lists stand for tuples.

        Raises:
            InvalidInputError: A value makes no sense.
        """
        given: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
        }
        return Judging(**given)

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if not 0 < self.min_iou <= 1 or not 0 <= (self.min_score or 0) <= 1:
            raise InvalidInputError(
                f"min_iou {self.min_iou}, min_score {self.min_score}", hint="both are 0 to 1"
            )
        for split in self.splits:
            split_code(split)


class Gathered:
    """Both sides of each picture, gathered as predictions come."""

    def __init__(self, store: Store, project: Project, wish: Judging) -> None:
        self._store = store
        self._project = project
        self._splits = set(wish.splits)
        self._sides = Sides("mask" if wish.by == "mask" else "box")
        self._decided = wish.by != "auto"
        self._waiting: list[tuple[ImageRow, list[Said]]] = []
        self._held = 0
        self.ids = {row.name: row.id for row in store.classes.list(project.id)}
        self._index = {name.casefold(): at for at, name in enumerate(self.ids)}
        self._of_class = {key: at for at, key in enumerate(self.ids.values())}
        self.pictures: dict[int, Judged] = {}
        self.unlabelled = 0
        self.silent = 0
        self.lowest = 1.0
        self.other_classes: dict[str, int] = {}

    @property
    def by(self) -> By:
        """What is laid over each other."""
        return self._sides.by

    def add(self, row: ImageRow, said: list[Said]) -> None:
        """Take what is predicted in a picture."""
        if self._splits and row.split not in self._splits:
            return
        if not _labelled(row):
            self.unlabelled += 1
            return
        self._waiting.append((row, said))
        self._held += len(said) + 1
        if self._held >= HELD:
            self._flush()

    def finish(self, silent: str) -> None:
        """Take the labelled pictures that were not named."""
        self._flush()
        for row, drawn in self._store.objects.stream(self._project):
            named = row.id in self.pictures or (self._splits and row.split not in self._splits)
            if named or not _labelled(row):
                continue
            self.silent += 1
            if silent == "missed":
                self.pictures[row.id] = self._judged(row, drawn, [])

    def told(self, source: Predicted, wish: Judging) -> dict[str, Any]:
        """Return what a person should know besides the figures."""
        account = source.account
        silent = wish.silent or source.silent
        return {
            "silent": {"images": self.silent, "counted": silent},
            "left_out": {
                "unmatched": account.unmatched,
                "unlabelled": self.unlabelled,
                "refused": account.refused,
                "no_area": self._sides.no_area,
                "other_classes": self.other_classes,
            },
            "skipped": account.reasons,
            "notes": self._notes(source, silent),
        }

    def _notes(self, source: Predicted, silent: str) -> list[str]:
        notes = []
        if source.account.without_score:
            notes.append(
                f"{source.account.without_score:,} predictions have no score: they count as sure, "
                "and average precision says little"
            )
        elif self.lowest > LOW_SCORE:
            notes.append(
                f"no prediction is below {self.lowest:.2f}: keep less sure ones too, average "
                "precision is made of them"
            )
        if self.silent and silent == "missed":
            notes.append(
                f"{self.silent:,} labelled pictures are not named by the predictions: nothing was "
                "found in them"
            )
        elif self.silent:
            notes.append(f"{self.silent:,} labelled pictures were not asked about: left out")
        if self.unlabelled:
            notes.append(
                f"{self.unlabelled:,} pictures have neither objects nor a review that says done: "
                "left out"
            )
        return notes

    def _flush(self) -> None:
        drawn = self._store.objects.of([row.id for row, _ in self._waiting])
        if self._waiting and not self._decided:
            both = _outlined(drawn.values()) and _outlined(said for _, said in self._waiting)
            self._sides.by = "mask" if both else "box"
            self._decided = True
        for row, said in self._waiting:
            made = self._judged(row, drawn.get(row.id, []), said)
            before = self.pictures.get(row.id)
            if before is not None:
                made = Judged(row.id, made.truth, before.found.and_(made.found))
            self.pictures[row.id] = made
        self._waiting, self._held = [], 0

    def _judged(self, row: ImageRow, drawn: Sequence[ImageObject], said: list[Said]) -> Judged:
        sides = self._sides
        size = (row.width, row.height)
        truth = [
            Item(self._of_class[one.class_id], one.shape, crowd=one.attributes.get("crowd") is True)
            for one in drawn
        ]
        return Judged(row.id, sides.side(truth, size), sides.side(self._known(said), size))

    def _known(self, said: Sequence[Said]) -> Iterator[Item]:
        for one in said:
            index = self._index.get(one.label.casefold())
            if index is None:
                self.other_classes[one.label] = self.other_classes.get(one.label, 0) + 1
                continue
            self.lowest = min(self.lowest, one.score)
            yield Item(index, one.shape, one.score)


def _labelled(row: ImageRow) -> bool:
    return bool(row.objects) or row.review in LOOKED_AT


def _outlined(objects: Iterable[Sequence[ImageObject | Said]]) -> bool:
    return any(one.shape.kind in OUTLINES for some in objects for one in some)
