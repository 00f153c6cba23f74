"""Each object as a picture of its own, in a folder for its class: what a classifier learns from.

`<split>/<class>/<picture>_<number>.png`, as torchvision's ImageFolder reads it, and `crops.csv`,
which says where each came from. It is written only: it is read like every folder of classes.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import SightlineError
from sightline.formats.names import Taken, folders_of
from sightline.formats.objects.source import stem_of
from sightline.formats.objects.writing import Output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sightline.core.geometry.shapes import Bounds
    from sightline.formats.objects.records import ClassInfo, PictureRecord
    from sightline.formats.sinks import Sink

    Cut = Callable[[Path, Sequence[Bounds]], list[bytes | None]]

TABLE: Final = "crops.csv"
COLUMNS: Final = ("file", "class", "picture", "x1", "y1", "x2", "y2")


def write(
    sink: Sink,
    pictures: Iterable[PictureRecord],
    classes: tuple[ClassInfo, ...],
    scratch: Path,
    *,
    cut: Cut,
    **_: Any,
) -> dict[str, int]:
    """Write the crops of all objects.

    Args:
        sink: Where to.
        pictures: In pixels, with the places of their files; one that cannot be read is missing.
        classes: Each has a folder.
        scratch: A folder for temporary files.
        cut: Gives the parts of a picture as PNG; None for one that lies outside.

    Returns:
        Counts: pictures, objects, files, missing, bytes.
    """
    out = Output(sink)
    folders = folders_of([one.name for one in classes])
    taken = Taken()
    table = scratch / TABLE
    with table.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for one in pictures:
            stem = stem_of(out.claim(one)).replace("/", "_")
            parts = _parts(one, cut)
            out.counts["missing"] += parts is None
            for number, (thing, part) in enumerate(
                zip(one.objects, parts or (), strict=False), start=1
            ):
                if part is not None:
                    start = f"{one.split}/" if one.split else ""
                    wanted = f"{start}{folders[thing.label]}/{stem}_{number}.png"
                    name = taken.claim(wanted, f"{number:08x}")
                    sink.add(name, io.BytesIO(part), len(part))
                    out.counts["files"] += 1
                    out.counts["bytes"] += len(part)
                    rows.writerow((name, thing.label, one.path, *thing.shape.bounds()))
    out.file(TABLE, table)
    table.unlink()
    return out.counts


def _parts(one: PictureRecord, cut: Cut) -> list[bytes | None] | None:
    """Return the crops of a picture's objects; None: it cannot be read."""
    if not one.objects:
        return []
    if not one.source:
        return None
    try:
        return cut(Path(one.source), [thing.shape.bounds() for thing in one.objects])
    except (SightlineError, OSError):
        return None
