"""The pictures of a run, written down when it starts: a resumed run must have the same."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from sightline.core.errors import InvalidInputError
from sightline.core.files import read_json, write_json
from sightline.core.samples import Sample, SampleSet


def save(run_dir: Path, samples: SampleSet) -> None:
    """Write samples.json."""
    rows = [
        [one.image_id, str(one.path), one.page, one.label, one.split, one.digest]
        for one in samples.samples
    ]
    value = {"classes": samples.classes, "class_ids": samples.class_ids, "samples": rows}
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
        rows = tuple(
            Sample(image, Path(where), page, label, split, digest)
            for image, where, page, label, split, digest in value["samples"]
        )
        return SampleSet(rows, tuple(value["classes"]), tuple(value["class_ids"]))
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(f"{path} is damaged", hint="start a new run") from error


def key(samples: SampleSet) -> str:
    """Return a hash of what is learned from: order, contents, pages, labels, splits, classes."""
    rows = [[one.digest, one.page, one.label, one.split] for one in samples.samples]
    raw = json.dumps([samples.classes, rows]).encode()
    return hashlib.blake2b(raw, digest_size=16).hexdigest()
