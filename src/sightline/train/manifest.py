"""The pictures of a run, written down when it starts: a resumed run must have the same."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

from sightline.core.errors import InvalidInputError
from sightline.core.files import read_json, write_json
from sightline.core.samples import Sample, SampleSet


def save(run_dir: Path, samples: SampleSet) -> None:
    """Write samples.json."""
    value = {
        "classes": samples.classes,
        "class_ids": samples.class_ids,
        "task": samples.task,
        "samples": [_row(one) for one in samples.samples],
    }
    write_json(run_dir / "samples.json", value, indent=None)


def load(run_dir: Path) -> SampleSet:
    """Return the pictures that a run started with, so that it can be resumed.

    Raises:
        InvalidInputError: The file is missing or damaged.
    """
    path = run_dir / "samples.json"
    if not path.is_file():
        raise InvalidInputError(f"no list of pictures at {path}", hint="start a new run")
    try:
        value: dict[str, Any] = read_json(path)
        rows = tuple(_sample(row) for row in value["samples"])
        return SampleSet(
            rows, tuple(value["classes"]), tuple(value["class_ids"]), value.get("task", "single")
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(f"{path} is damaged", hint="start a new run") from error


def key(samples: SampleSet) -> str:
    """Return a hash of what is learned from: order, contents, pages, labels, splits, classes."""
    rows: list[list[Any]] = [
        [one.digest, one.page, one.label, one.split] for one in samples.samples
    ]
    if samples.task == "multi":
        rows = [[*row, _tags(one)] for row, one in zip(rows, samples.samples, strict=True)]
    raw = json.dumps([samples.classes, rows]).encode()
    return hashlib.blake2b(raw, digest_size=16).hexdigest()


def _row(one: Sample) -> list[Any]:
    """Return a sample as JSON; what only some have comes last and is left out where empty."""
    row = [one.image_id, str(one.path), one.page, one.label, one.split, one.digest]
    more = [_tags(one), one.group] if one.tags or one.group else []
    return row + more


def _tags(one: Sample) -> list[tuple[int, float | None]]:
    return [(index, None if math.isnan(value) else value) for index, value in one.tags]


def _sample(row: list[Any]) -> Sample:
    image, path, page, label, split, digest, *more = row
    tags, group = more or ((), "")
    found = tuple((int(index), math.nan if p is None else float(p)) for index, p in tags)
    return Sample(image, Path(path), page, label, split, digest, found, group)
