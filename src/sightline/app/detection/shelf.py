"""Finished evaluations of predictions on disk: the report, and each error as a row of arrays."""

from __future__ import annotations

import io
import json
import shutil
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sightline.core.errors import InvalidInputError, NotFoundError, did_you_mean
from sightline.core.files import write_atomic, write_json
from sightline.metrics.detection_errors import FAULTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from sightline.core.arrays import Bool

REPORT: Final = "report.json"
ERRORS: Final = "errors.npz"


class Wanted(NamedTuple):
    """Which errors are meant; None: any."""

    kind: int | None = None
    """Place in FAULTS."""
    truth: int | None = None
    """Id of the true class."""
    said: int | None = None
    """Id of the predicted class."""

    def of(self, errors: Mapping[str, NDArray[Any]]) -> Bool:
        """Return which errors (E,) are meant."""
        found = np.ones(len(errors["kind"]), np.bool_)
        for name, value in zip(self._fields, self, strict=True):
            if value is not None:
                found &= errors[name] == value
        return found


def wanted(text: str) -> Wanted:
    """Read which errors are meant: KIND[:ID of the true class[:ID of the predicted class]].

    Each part may be empty.

    Raises:
        InvalidInputError: There is no such kind, or an id is none.
    """
    kind, *ids = text.split(":")
    if kind and kind not in FAULTS:
        raise InvalidInputError(f"no error {kind!r}", hint=did_you_mean(kind, FAULTS))
    if len(ids) > 2 or not all(one.isdecimal() or not one for one in ids):  # noqa: PLR2004
        raise InvalidInputError(
            f"{text[:80]!r} names no errors", hint="as in wrong_class:3:7, with ids of classes"
        )
    truth, said = (int(one) if one else None for one in (*ids, "", "")[:2])
    place = FAULTS.index(kind) if kind else None
    return Wanted(place, truth, said)


class Shelf:
    """The evaluations of one project."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, key: str, report: Mapping[str, Any], errors: Mapping[str, NDArray[Any]]) -> None:
        """Keep an evaluation; the report comes last, so that one without it is unfinished."""
        place = self._folder / key
        place.mkdir(parents=True, exist_ok=True)
        packed = io.BytesIO()
        np.savez_compressed(packed, allow_pickle=False, **errors)
        write_atomic(place / ERRORS, packed.getvalue())
        write_json(place / REPORT, dict(report))

    def ids(self) -> list[str]:
        """Return the finished ones, newest first."""
        return sorted((one.parent.name for one in self._folder.glob(f"*/{REPORT}")), reverse=True)

    def newest(self, key: str = "") -> str:
        """Return the key of one evaluation; empty: of the newest.

        Raises:
            NotFoundError: There is none.
        """
        known = self.ids()
        if key in known or (not key and known):
            return key or known[0]
        raise NotFoundError(
            f"no evaluation {key!r}" if key else "no predictions were evaluated yet",
            hint=did_you_mean(key, known)
            if known
            else "sightline evaluate PROJECT --predictions SRC",
        )

    def report(self, key: str = "") -> dict[str, Any]:
        """Return a report; see `newest`."""
        found: dict[str, Any] = json.loads((self._folder / self.newest(key) / REPORT).read_text())
        return found

    def errors(self, key: str = "") -> dict[str, NDArray[Any]]:
        """Return the errors as (E,) arrays by name; see `newest`."""
        data = (self._folder / self.newest(key) / ERRORS).read_bytes()
        with np.load(io.BytesIO(data), allow_pickle=False) as found:
            return {name: found[name] for name in found.files}

    def delete(self, key: str) -> None:
        """Forget one."""
        shutil.rmtree(self._folder / self.newest(key), ignore_errors=True)
