"""Heads that come from elsewhere and go there: parcels of ours, pickles of other tools."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightline.app.crop_heads.parcels import pack, plain_name, unpack
from sightline.core.errors import InvalidInputError, SightlineError, StorageError, UnknownModelError
from sightline.core.files import write_atomic
from sightline.flows.foreign_heads import convert, label_names
from sightline.formats.objects.yolo_classes import names_in
from sightline.formats.pickle_reader import read
from sightline.store.model_plan import PICKLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.app.crop_heads.crop_heads import CropHeads
    from sightline.app.embedding.encoders import Encoders


class HeadFiles:
    """Takes heads in and hands them out."""

    def __init__(self, heads: CropHeads, encoders: Encoders) -> None:
        self._heads = heads
        self._encoders = encoders

    def pack(self, ref: str) -> tuple[str, bytes]:
        """Return a head's file name and its ZIP.

        Raises:
            UnknownModelError, MissingWeightsError, InvalidInputError: There is no such head, whole.
        """
        card = self._heads.card(ref)
        return f"{card.name}.zip", pack(self._heads.load(card.id), card.name)

    def export(self, ref: str, out: Path | None = None) -> dict[str, Any]:
        """Write a head as a ZIP, and return where.

        Args:
            ref: Id or name of the head.
            out: File or folder; None: the folder that one is in.

        Raises:
            UnknownModelError, MissingWeightsError, InvalidInputError: There is no such head, whole.
            StorageError: The disk refuses.
        """
        name, data = self.pack(ref)
        target = Path.cwd() if out is None else out
        target = target / name if target.is_dir() else target
        try:
            write_atomic(target, data)
        except OSError as error:
            raise StorageError(
                f"{target} cannot be written: {error.strerror}", hint="name another place: --out"
            ) from error
        return {"id": self._heads.card(ref).id, "path": str(target), "bytes": len(data)}

    def take(self, file: Path, name: str = "") -> dict[str, Any]:
        """Add the head of a ZIP or a .safetensors file, and return its card.

        Raises:
            UnknownModelError: There is no such file.
            InvalidInputError: It is no head, is damaged, or the name cannot be used.
            TooLargeError: It is over the limits.
        """
        with tempfile.TemporaryDirectory(prefix="head-") as scratch:
            bundle, called = unpack(file, Path(scratch))
        return self._heads.keep(bundle, name or called or plain_name(file), source=file.name)

    def add(self, file: Path, *, name: str = "", **of_pickle: Any) -> dict[str, Any]:
        """Take in a head of ours, or convert one that another tool pickled.

        Args:
            file: A ZIP, safetensors or a pickle.
            name: What to call it; empty: as the file.
            of_pickle: What `convert` takes.

        Raises:
            UnknownModelError, InvalidInputError, TooLargeError: As `take` and `convert`.
        """
        if file.suffix.lower() in PICKLES:
            return self.convert(file, name=name, **of_pickle)
        return self.take(file, name)

    def convert(
        self,
        file: Path,
        *,
        meta: Path | None = None,
        labelmap: Path | None = None,
        encoder: str = "",
        name: str = "",
    ) -> dict[str, Any]:
        """Make a head of a classifier that another tool pickled; nothing of the file is run.

        Args:
            file: A pickle or joblib file of scikit-learn, or of a dictionary of layers.
            meta: Its metadata, a pickle of a dictionary; None: the `.meta.pkl` beside it, if any.
            labelmap: Names of its classes: a pickle, a YAML, or one name in each line.
            encoder: The encoder here that gave its embeddings; empty: as the metadata say.
            name: What to call it; empty: as the file.

        Raises:
            UnknownModelError: A file is not there.
            InvalidInputError: It is refused, or more must be said; the hint says what.
            TooLargeError: It is over the limits.
        """
        beside = file.with_name(f"{file.name.removesuffix(file.suffix)}.meta.pkl")
        meta = beside if meta is None and beside.is_file() and beside != file else meta
        bundle = convert(
            read(file),
            meta=None if meta is None else _metadata(meta),
            names=None if labelmap is None else _names(labelmap),
            encoder=encoder,
            encoder_key=self._encoders.key_of(encoder) if encoder else "",
        )
        bundle.facts["training"]["file"] = file.name
        card = self._heads.keep(bundle, name or plain_name(file), source=file.name)
        notes = list(bundle.facts["training"]["notes"])
        notes += self._standing(card["id"])
        return card | {"meta": str(meta) if meta is not None else None, "notes": notes}

    def _standing(self, ref: str) -> list[str]:
        """Return what keeps the head from being used here."""
        try:
            self._heads.encoder_of(self._heads.load(ref))
        except SightlineError as error:
            return [f"{error}: {error.hint}"]
        return []


def _metadata(file: Path) -> dict[str, Any]:
    found = read(file)
    if not isinstance(found, dict):
        raise InvalidInputError(
            f"{file.name} holds no metadata", hint="name the .meta.pkl that lay beside the head"
        )
    return {str(key): value for key, value in found.items()}


def _names(file: Path) -> Sequence[str]:
    if not file.is_file():
        raise UnknownModelError(f"no file {file}", hint="check the path of the labelmap")
    if file.suffix.lower() in PICKLES:
        return label_names(read(file))
    return names_in(file)
