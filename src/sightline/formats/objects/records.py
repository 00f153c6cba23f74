"""What every format of objects is read into and written from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from sightline.formats.records import ClassInfo, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from sightline.core.geometry.shapes import Bounds, Shape
    from sightline.formats.sinks import Sink

__all__ = ["ClassInfo", "ObjectReader", "ObjectRecord", "ObjectWriter", "PictureRecord", "Refused"]


@dataclass(frozen=True, slots=True)
class ObjectRecord:
    """One object of a picture."""

    label: str
    """Name of its class."""
    shape: Shape
    """In pixels of the frame that the file was labelled in."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Text, numbers, booleans; what a format says besides (crowd, difficult, occluded) too."""
    score: float | None = None
    box: Bounds | None = None
    """The box that a format gives beside keypoints, in the frame of the shape."""
    oriented: bool = False
    """A polygon of four corners that is an oriented box once it is in pixels."""


@dataclass(frozen=True, slots=True)
class PictureRecord:
    """One picture and all that a data set says of it. Empty text, None and 0: it does not say."""

    path: str
    """As the data set writes it, with `/`."""
    objects: tuple[ObjectRecord, ...] = ()
    width: int = 0
    """Pixels of the frame that the shapes are in; 1 x 1: they are fractions of the picture."""
    height: int = 0
    label: str = ""
    """Class of the whole picture."""
    tags: tuple[str, ...] = ()
    split: str = ""
    file: str = ""
    """Where the data set holds the picture's bytes, relative to it."""
    source: str = ""
    """For writers: where the bytes lie on this machine."""


class ObjectReader(Protocol):
    """Reads one format as a stream; what it learns on the way it keeps."""

    classes: list[ClassInfo]
    """All classes, in the order of the format; complete once `pictures` has ended."""
    refused: list[Refused]
    """What was left out, and why: at most a thousand are kept, `refused_count` counts all."""
    refused_count: int
    twins: frozenset[str]
    """Bare names, without their endings, of more than one picture; as far as it is known."""

    def pictures(self) -> Iterator[PictureRecord]:
        """Yield picture after picture.

        Raises:
            InvalidInputError: The source is damaged or of another format.
        """
        ...


class ObjectWriter(Protocol):
    """Writes one format as a stream."""

    def __call__(
        self,
        sink: Sink,
        pictures: Iterable[PictureRecord],
        classes: tuple[ClassInfo, ...],
        scratch: Path,
        **options: Any,
    ) -> dict[str, int]:
        """Write all pictures and return counts: pictures, objects, left_out (and why by name).

        `scratch`: a folder for temporary files.
        """
        ...
