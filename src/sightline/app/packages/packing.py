"""Models packed for others, and packages taken in."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast

import numpy as np

from sightline.app.packages.contents import CARD, MODEL, abroad, check_packable, contents
from sightline.core.cards import ModelCard
from sightline.core.errors import (
    InvalidInputError,
    MissingWeightsError,
    NotFoundError,
    StorageError,
    TooLargeError,
    WrongKeyError,
)
from sightline.core.files import fsync_dir
from sightline.core.names import check_name
from sightline.flows.evaluation.card import as_markdown, limits_of
from sightline.formats.age import MOST_BYTES, is_locked, lock, unlock
from sightline.formats.package import MANIFEST, opened_package, unpack_into, write_package
from sightline.predict.openers import open_form
from sightline.store.models import storing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.app.models.cards import ModelCards
    from sightline.app.models.models import Models
    from sightline.core.progress import Progress
    from sightline.formats.age import Key
    from sightline.formats.package import Package
    from sightline.store.store import Store

PACKED: Final = "package.zip"
_HEAD: Final = 64
_ELSEWHERE: Final = ("project", "run", "class_ids", "origin")
"""What of a card means something only in the workspace that it comes from."""
_OWN: Final = ("id", "file", "blake3", "created_at", "files", "name", "format")


class Packages:
    """Packs models, unpacks packages, and adds what is in them."""

    def __init__(self, store: Store, models: Models, cards: ModelCards) -> None:
        self._store = store
        self._models = models
        self._cards = cards

    def pack(
        self, ref: str, out: Path, *, key: Key | None = None, progress: Progress | None = None
    ) -> dict[str, Any]:
        """Write a model with its card, classes, preprocessing, licence and sample code as a ZIP.

        The same model gives the same bytes, unless they are locked.

        Args:
            ref: By id, name, folder or .onnx file; one that has no ONNX file yet is exported.
            out: Replaced whole, or left as it was.
            key: Locks it as age does.
            progress: Told about an export.

        Raises:
            UnknownModelError: There is no such model.
            InvalidInputError: It is none that ONNX Runtime answers for.
            StorageError: The disk refuses.
        """
        card = self._store.models.get(ref)
        check_packable(card)
        file = self._models.serving_file(card, progress)
        people = abroad(self._people(card))
        files = contents(card, file, people, as_markdown(people))
        about = {"name": card.name, "model": {"id": card.id, "kind": card.kind,
                 "precision": card.precision, "forced": card.forced}}  # fmt: skip
        with _writing(out) as temp:
            with _open_or_hidden(temp, key) as raw:
                listed = write_package(raw, files, about)
                if key is not None:
                    temp.write_bytes(_locked(raw, out.name, key))
            size = temp.stat().st_size
        return {
            "path": str(out),
            "bytes": size,
            "model": card.id,
            "name": card.name,
            "encrypted": key is not None,
            "files": {name: one.sha256 for name, one in listed.items()},
        }

    def pack_ready(self, ref: str, *, key: Key | None = None) -> tuple[str, Path]:
        """Return the name of a package and a temporary file with it; nothing is exported for it.

        Raises:
            UnknownModelError: There is no such model.
            MissingWeightsError: It has to be exported first.
            InvalidInputError: It is none that ONNX Runtime answers for.
        """
        card = self._store.models.get(ref, allow_paths=False)
        check_packable(card)
        if self._store.models.serving_file(card) is None:
            raise MissingWeightsError(
                f"{card.name} is not exported yet", hint="export it to ONNX, then package it"
            )
        folder = Path(tempfile.mkdtemp(prefix="package-"))
        try:
            self.pack(card.id, folder / PACKED, key=key)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return f"{card.name}.zip" + (".age" if key is not None else ""), folder / PACKED

    def take(self, content: IO[bytes], name: str, *, key: Key | None = None) -> dict[str, Any]:
        """Add the model of a package that was sent.

        Raises:
            InvalidInputError, WrongKeyError: As `unpack`.
        """
        with tempfile.TemporaryDirectory(prefix="package-") as temp:
            file = Path(temp) / PACKED
            with storing(), file.open("wb") as out:
                shutil.copyfileobj(content, out, 1 << 20)
            return self.add(file, name=name, key=key)

    def unpack(self, file: Path, out: Path, *, key: Key | None = None) -> dict[str, Any]:
        """Write the files of a package into a new folder, each checked against its hash.

        Raises:
            NotFoundError: There is no such file.
            InvalidInputError: It is locked and no key was given, is no package, or is damaged.
            WrongKeyError: The key is not its own.
            ConflictError: The folder is there and not empty.
        """
        with _opened(file, key) as package:
            names = unpack_into(package, out)
        return {"out": str(out), "name": package.about.get("name", ""), "files": names}

    def add(self, file: Path, *, name: str = "", key: Key | None = None) -> dict[str, Any]:
        """Add the model of a package to this workspace once it answers here.

        Raises:
            NotFoundError, InvalidInputError, WrongKeyError: As `unpack`.
        """
        with _opened(file, key) as package, tempfile.TemporaryDirectory() as temp:
            card = _card(package)
            weights = Path(temp) / MODEL
            with storing(), weights.open("wb") as raw:
                package.copy(MODEL, raw)
            named = check_name(name or card.name, "model")
            _try(weights, card)
            fields: Any = {
                key: value
                for key, value in card.to_dict().items()
                if key not in {*_OWN, *_ELSEWHERE, "preprocess", "report", "forced", "precision"}
            }
            origin = card.source or f"package of {card.project or card.name}"
            added = self._store.models.add(
                weights,
                **fields | {"source": origin},
                name=named,
                format="onnx",
                preprocess=card.preprocess,
                **{one: getattr(card, one) for one in ("precision", "report", "forced")},
            )
        self._store.tell("model", None, {"id": added.id, "change": "added"})
        return self._models.get(added.id)

    def _people(self, card: ModelCard) -> dict[str, Any]:
        """Return the card for people; of a model outside the store what its file says."""
        if Path(card.file).is_absolute():
            plain = replace(card, file=Path(card.file).name).to_dict()
            none = {"counts": {}, "class_counts": {}, "unreadable": 0, "key": ""}
            return {
                "model": plain, "data": none, "spec": None, "evaluation": None, "form": None,
                "limits": limits_of(None, {}),
            }  # fmt: skip
        return self._cards.get(card.id)


def is_package(file: Path) -> bool:
    """Tell whether a file is a package by its content: a ZIP with a manifest, or a locked file."""
    try:
        with file.open("rb") as raw:
            head = raw.read(_HEAD)
    except OSError:
        return False
    return is_locked(head) or (head[:2] == b"PK" and MANIFEST.encode() in _names(file))


def _names(file: Path) -> bytes:
    """Return the end of a ZIP, where its list of names lies."""
    with file.open("rb") as raw:
        raw.seek(max(0, file.stat().st_size - (1 << 16)))
        return raw.read()


@contextmanager
def _opened(file: Path, key: Key | None) -> Iterator[Package]:
    if not file.is_file():
        raise NotFoundError(f"no file {file}", hint="check the path")
    with file.open("rb") as raw:
        head = raw.read(_HEAD)
    source: Path | IO[bytes] = file
    if is_locked(head):
        if key is None:
            raise WrongKeyError(f"{file.name} is locked", hint="give the key: --key-file FILE")
        _refuse_large(file.stat().st_size, file.name)
        source = io.BytesIO(unlock(file.read_bytes(), key))
    with opened_package(source, file.name) as package:
        yield package


def _card(package: Package) -> ModelCard:
    if not {MODEL, CARD} <= package.files.keys():
        raise InvalidInputError(
            f"the package has no {MODEL} or no {CARD}", hint="fetch it again, or pack it again"
        )
    import json

    try:
        data = dict(json.loads(package.read(CARD))["model"])
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(
            f"{CARD} of the package is damaged: {error}", hint="fetch the package again"
        ) from error
    card = ModelCard.from_dict(data | {"format": "onnx", "file": MODEL})
    check_packable(card)
    return card


def _try(weights: Path, card: ModelCard) -> None:
    """Ask the model once.

    Raises:
        InvalidInputError: It does not answer as its card says.
    """
    side = card.preprocess.size
    open_form(weights, card).answers(np.zeros((1, side, side, 3), np.uint8))


def _open_or_hidden(temp: Path, key: Key | None) -> IO[bytes]:
    """Return what a package is written to; one that will be locked, to a file without a name."""
    return temp.open("wb") if key is None else cast("IO[bytes]", tempfile.TemporaryFile())


def _locked(raw: IO[bytes], name: str, key: Key) -> bytes:
    _refuse_large(raw.tell(), name)
    raw.seek(0)
    return lock(raw.read(), key)


def _refuse_large(size: int, name: str) -> None:
    if size > MOST_BYTES:
        raise TooLargeError(
            f"{name} is over 2 GiB", hint="use the age program, which does it piece by piece"
        )


@contextmanager
def _writing(out: Path) -> Iterator[Path]:
    """Give a temporary file that becomes `out`, durably, when all went well."""
    if out.is_dir():
        raise InvalidInputError(f"{out} is a folder", hint="name a file, as in model.zip")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{out.name[:40]}.", suffix=".part", dir=out.parent)
        os.close(handle)
        temp = Path(name)
        try:
            yield temp
            temp.chmod(0o644)
            with temp.open("rb") as file:
                os.fsync(file.fileno())
            temp.replace(out)
        finally:
            temp.unlink(missing_ok=True)
        fsync_dir(out.parent)
    except OSError as error:
        raise StorageError(
            f"{out} cannot be written: {error.strerror}", hint="free some space, or go elsewhere"
        ) from error
