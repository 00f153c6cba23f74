"""Data sets for tests: records of pictures that lie in a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blake3 import blake3
from hypothesis import strategies as st

from sightline.formats.records import ClassInfo, DataSet, Record, item_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LETTERS = st.characters(exclude_categories=["Cs", "Cc"])
NAMES = st.text(LETTERS, min_size=1, max_size=12).map(str.strip).filter(bool)
ODD = ("🦊 fox", "a/b", "=1+1", 'say "hi"', "Ärger, groß", "con", "..", "x|y", "a;b", "猫")
CLASSES = st.lists(st.sampled_from(ODD) | NAMES, min_size=1, max_size=4, unique_by=str.casefold)


def stored(folder: Path, number: int) -> tuple[str, str]:
    """Write some bytes; return their place and their digest."""
    data = f"picture {number}".encode()
    path = folder / f"{number}.png"
    if not path.exists():
        path.write_bytes(data)
    return str(path), blake3(data).hexdigest()


@st.composite
def data_sets(draw: st.DrawFn) -> tuple[list[Record], list[str]]:
    """Records in the order of an export, without their bytes, and the classes."""
    classes = draw(CLASSES)
    count = draw(st.integers(0, 5))
    records = []
    for number in range(count):
        status = draw(st.sampled_from(["labelled", "unsure", "skipped", "unlabelled", "conflict"]))
        tags = tuple(sorted(draw(st.sets(st.sampled_from(classes), max_size=2))))
        label = draw(st.sampled_from(classes)) if status == "labelled" and not tags else ""
        when = "2026-01-01T00:00:00.000Z" if status == "labelled" else ""
        name = draw(NAMES)
        records.append(
            Record(
                path=f"{number}/{name}.png",
                label=label,
                tags=tags if status == "labelled" else (),
                status=status,
                split=draw(st.sampled_from(["train", "val", "test"])),
                page=0,
                was_unsure=draw(st.booleans()),
                width=number,
                height=7,
                first_labelled_at=when,
                labelled_at=when,
            )
        )
    return records, classes


def data_set(records: Sequence[Record], classes: Sequence[str], folder: Path) -> DataSet:
    """The records with their bytes, in the order that an export gives them."""
    made = []
    for number, one in enumerate(records):
        source, digest = stored(folder, number)
        made.append(replaced(one, source, digest))
    made.sort(key=lambda one: (one.path, one.page or 0))
    infos = tuple(
        ClassInfo(name, "#aabbcc", "1" if not at else "") for at, name in enumerate(classes)
    )
    return DataSet("pets", made, len(made), infos, {"journal": {"position": 7}})


def replaced(one: Record, source: str, digest: str) -> Record:
    from dataclasses import replace

    return replace(one, source=source, digest=digest, item_id=item_id(digest, 0))


def bare(one: Record) -> Record:
    """A record without what depends on where a data set lies."""
    from dataclasses import replace

    return replace(one, source="", file="", sha256="")
