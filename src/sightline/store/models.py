"""Models on disk: models/<id>/ with a card and the weights. What is there never changes."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import time
import unicodedata
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Unpack

from blake3 import blake3

from sightline.core.cards import ModelCard
from sightline.core.clock import now
from sightline.core.errors import (
    InvalidInputError,
    MissingWeightsError,
    SightlineError,
    StorageError,
    UnknownModelError,
    did_you_mean,
)
from sightline.core.files import fsync_dir, read_json, write_atomic, write_json
from sightline.core.names import check_name
from sightline.store.model_folder import plan_folder
from sightline.store.model_plan import CardFields, ImportOptions, plan_import
from sightline.store.onnx_file import card_of_metadata, read_onnx
from sightline.store.transformer_plan import SHARDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sightline.core.cards import ModelFormat

CARD_FILE: Final = "model.json"
ONNX_FILE: Final = "model.onnx"
WEIGHTS: Final = {
    "torch": "weights.safetensors",
    "onnx": ONNX_FILE,
    "transformers": "model.safetensors",
    "head": "head.safetensors",
    "torchscript": "model.pt",
    "openvino": "model.xml",
}
ANSWERING: Final = frozenset({"onnx", "torchscript", "openvino"})
"""Formats that predictions run on."""
STALE_S: Final = 86_400.0
"""An addition that has not ended after this many seconds never will."""
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A model as it lies on disk. `fault` says what is damaged; without a card, `card` is None."""

    id: str
    folder: Path
    card: ModelCard | None
    bytes: int
    """Size of everything in the folder."""
    exports: tuple[str, ...]
    """Files other than the card and the model's own weights."""
    fault: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the card with id, path, bytes and exports, as JSON."""
        shown = self.card.to_dict() if self.card is not None else {"id": self.id, "name": self.id}
        return shown | {
            "path": str(self.folder),
            "bytes": self.bytes,
            "exports": list(self.exports),
            "fault": self.fault,
        }


class ModelStore:
    """The models of a workspace. Safe to use from several processes: folders appear whole."""

    def __init__(self, root: Path, *, trash: Path | None = None) -> None:
        self.root = root
        self._trash = trash if trash is not None else root.parent / "trash"

    def add(
        self,
        weights: Path | bytes,
        *,
        extras: Mapping[str, Path] | None = None,
        check: Callable[[Path, ModelCard], Mapping[str, Any]] | None = None,
        **fields: Unpack[CardFields],
    ) -> ModelCard:
        """Store weights with their card and return it; name, kind, format, preprocess are needed.

        Args:
            weights: The file, or its bytes.
            extras: Further files to keep beside it, by name.
            check: Tries the stored weights before they count; gives further fields of the card.
            fields: What the card says.

        Raises:
            InvalidInputError: The name cannot be used, or a needed field is missing.
            MissingWeightsError: There is no such weights file.
            StorageError: The disk refuses.
        """
        name = check_name(fields.get("name", ""), "model")
        missing = {"kind", "format", "preprocess"} - set(fields)
        if missing:
            raise InvalidInputError(f"a card needs {', '.join(sorted(missing))}", hint="say them")
        if isinstance(weights, Path) and not weights.is_file():
            raise MissingWeightsError(f"no weights at {weights}", hint="check the path")
        model_id = _new_id(name)
        with storing(), self._new_folder(model_id) as folder:
            file = _stored_name(weights, fields["format"])
            digest = _copy(weights, folder / file)
            files = {one: _copy(path, folder / one) for one, path in (extras or {}).items()}
            made = {"id": model_id, "file": file, "blake3": digest, "created_at": now()}
            data = {**fields, "name": name, "preprocess": fields["preprocess"].to_dict()}
            card = ModelCard.from_dict(data | made | {"files": files})
            if check is not None:
                card = replace(card, **check(folder / file, card))
            write_json(folder / CARD_FILE, card.to_dict())
        return card

    def add_file(
        self,
        file: Path,
        options: ImportOptions,
        *,
        check: Callable[[Path, ModelCard], Mapping[str, Any]] | None = None,
    ) -> ModelCard:
        """Store a foreign .onnx or .safetensors file, one that Sightline exported, or a folder.

        Raises:
            UnknownModelError: There is no such file.
            InvalidInputError: It cannot be used, or more must be said; the hint says what.
            TooLargeError: It is over 2 GiB.
            StorageError: The disk refuses.
        """
        check_name(options.name, "model")
        if file.is_dir():
            plan = plan_folder(file, options)
            return self.add(plan.weights, extras=plan.extras, check=check, **plan.fields)
        return self.add(file, check=check, **plan_import(file, options))

    def list(self) -> list[ModelRecord]:
        """Return every model, newest first; damaged ones last."""
        if not self.root.is_dir():
            return []
        folders = [one for one in self.root.iterdir() if one.is_dir() and one.name[0] != "."]
        return sorted((_record(folder) for folder in folders), key=_age, reverse=True)

    def stamp(self) -> int:
        """Return a number that changes when a model comes or goes."""
        try:
            return self.root.stat().st_mtime_ns
        except OSError:
            return 0

    def get(self, ref: str, *, allow_paths: bool = True) -> ModelCard:
        """Return the card of an id, a name (the newest so named), a model folder or a .onnx file.

        Raises:
            UnknownModelError: It is none of these.
            InvalidInputError: The card is damaged, or the file holds none.
        """
        if _ID.fullmatch(ref) and (self.root / ref / CARD_FILE).is_file():
            return _read_card(self.root / ref)
        records = self.list()
        named = [one.card for one in records if one.card is not None and one.card.name == ref]
        if named:
            return named[0]
        path = Path(ref)
        if allow_paths and ref and (path.suffix.lower() == ".onnx" or _is_file(path / CARD_FILE)):
            return _loose(path)
        known = {name for one in records for name in (one.id, one.card.name if one.card else "")}
        raise UnknownModelError(f"no model {ref!r}", hint=did_you_mean(ref, known - {""}))

    def record(self, card: ModelCard) -> ModelRecord:
        """Return the model with its sizes and exports."""
        path = self.path_of(card)
        if Path(card.file).is_absolute():  # a model outside the store
            size = path.stat().st_size if path.is_file() else 0
            return ModelRecord(card.id, path.parent, card, size, ())
        return _record(path.parent)

    def path_of(self, card: ModelCard) -> Path:
        """Return the weights file of a card."""
        return self.root / card.id / card.file

    def serving_file(self, card: ModelCard) -> Path | None:
        """Return the file that predictions run on; None when it is still to be exported.

        An exported form answers as it is, every other model through the ONNX file beside it.

        Raises:
            MissingWeightsError: The model's own file is gone.
        """
        path = self.path_of(card)
        if not path.is_file():
            raise MissingWeightsError(f"{card.name} has lost {path}", hint="add or train it again")
        serving = path if card.format in ANSWERING else path.with_name(ONNX_FILE)
        return serving if serving.is_file() else None

    def attach(self, card: ModelCard, name: str, data: bytes) -> Path:
        """Write an export beside the weights and return its path.

        Raises:
            InvalidInputError: The name is that of the card or of the weights.
            StorageError: The disk refuses.
        """
        check_name(name, "file")
        path = self.path_of(card).with_name(name)
        if name in {CARD_FILE, card.file, *card.files} or not path.parent.is_dir():
            raise InvalidInputError(f"{name} cannot be replaced", hint="choose another name")
        with storing():
            write_atomic(path, data)
        return path

    def verify(self, ref: str) -> ModelCard:
        """Return the card when the weights are those it names.

        Raises:
            UnknownModelError: There is no such model.
            MissingWeightsError: The weights are gone.
            InvalidInputError: They are not those the card names.
        """
        card = self.get(ref)
        path = self.path_of(card)
        if not path.is_file():
            raise MissingWeightsError(f"{card.name} has lost {path}", hint="add it again")
        wanted = {card.file: card.blake3, **card.files}
        changed = [name for name, digest in wanted.items() if _differs(path.parent / name, digest)]
        if changed:
            raise InvalidInputError(
                f"the weights of {card.name} are not those of its card ({changed[0]} has changed)",
                hint="restore them from a copy, or remove the model and add it again",
            )
        return card

    def delete(self, ref: str) -> Path:
        """Move a model, damaged or not, to the trash and return where it lies.

        Raises:
            UnknownModelError: No model has this id or name.
            StorageError: The disk refuses.
        """
        folder = self.root / ref
        if not _ID.fullmatch(ref) or not folder.is_dir():
            folder = self.root / self.get(ref, allow_paths=False).id
        target = self._trash / f"model-{folder.name}-{secrets.token_hex(3)}"
        with storing():
            self._trash.mkdir(parents=True, exist_ok=True)
            shutil.move(folder, target)
            os.utime(target)
            fsync_dir(self.root)
        return target

    @contextmanager
    def _new_folder(self, model_id: str) -> Iterator[Path]:
        """Give a hidden folder that takes its name, durably, when all went well."""
        self.root.mkdir(parents=True, exist_ok=True)
        self._sweep()
        temp = self.root / f".adding-{model_id}"
        temp.mkdir()
        try:
            yield temp
            fsync_dir(temp)
            temp.rename(self.root / model_id)
        except BaseException:
            shutil.rmtree(temp, ignore_errors=True)
            raise
        fsync_dir(self.root)

    def _sweep(self) -> None:
        for folder in self.root.glob(".adding-*"):
            with suppress(FileNotFoundError):  # another addition has just taken its name
                if time.time() - folder.stat().st_mtime > STALE_S:
                    shutil.rmtree(folder, ignore_errors=True)


def _differs(path: Path, digest: str) -> bool:
    return not path.is_file() or file_digest(path) != digest


def file_digest(path: Path) -> str:
    """Return the BLAKE3 of a file's bytes, hex."""
    return blake3(max_threads=1).update_mmap(path).hexdigest()


@contextmanager
def storing() -> Iterator[None]:
    """Tell what the disk refuses as a StorageError."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise StorageError(
            "the disk is full" if full else f"the disk refuses: {error}",
            hint="free some space and try again" if full else "check the workspace's permissions",
        ) from error


def _stored_name(weights: Path | bytes, form: ModelFormat) -> str:
    """Return what weights are called beside their card.

    What other files of a folder go by keeps its own name.
    """
    if isinstance(weights, Path) and (weights.name == SHARDS or form not in WEIGHTS):
        return weights.name
    return WEIGHTS[form]


def _copy(weights: Path | bytes, target: Path) -> str:
    """Write and fsync the weights, and return their BLAKE3."""
    hasher = blake3()
    with target.open("wb") as out:
        if isinstance(weights, bytes):
            out.write(weights)
            hasher.update(weights)
        else:
            with weights.open("rb") as source:
                while chunk := source.read(_CHUNK):
                    hasher.update(chunk)
                    out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return hasher.hexdigest()


def _new_id(name: str) -> str:
    """Return slug-time-random: ids of one name sort by age, to the second."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:24].strip("-") or "model"
    return f"{slug}-{time.strftime('%Y%m%d%H%M%S', time.gmtime())}-{secrets.token_hex(3)}"


def _read_card(folder: Path) -> ModelCard:
    data = read_json(folder / CARD_FILE)
    if not isinstance(data, dict):
        raise InvalidInputError(f"{folder.name}: not a model card", hint="add the model again")
    card = ModelCard.from_dict(data)
    if card.id != folder.name or card.file != check_name(card.file, "file"):
        raise InvalidInputError(f"{folder.name}: the card is another model's", hint="add it again")
    return card


def _record(folder: Path) -> ModelRecord:
    files = [one for one in folder.iterdir() if one.is_file() and one.name[0] != "."]
    size = sum(one.stat().st_size for one in files)
    try:
        card = _read_card(folder)
    except FileNotFoundError:
        return ModelRecord(folder.name, folder, None, size, (), "it has no card")
    except (SightlineError, OSError) as error:
        return ModelRecord(folder.name, folder, None, size, (), str(error))
    names = sorted(one.name for one in files)
    own = {CARD_FILE, card.file, *card.files}
    exports = tuple(name for name in names if name not in own)
    lost = [name for name in (card.file, *card.files) if name not in names]
    fault = f"{lost[0]} is missing" if lost else ""
    return ModelRecord(card.id, folder, card, size, exports, fault)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # such as a name that is too long
        return False


def _age(record: ModelRecord) -> tuple[str, int]:
    if record.card is None:
        return "", 0
    return record.card.created_at, record.folder.stat().st_mtime_ns


def _loose(path: Path) -> ModelCard:
    """Return the card of a model outside the store; its `file` is an absolute path."""
    folder = path.parent if path.suffix.lower() == ".onnx" else path
    if not _is_file(path) and path != folder:
        raise UnknownModelError(f"no file {path}", hint="check the path")
    if (folder / CARD_FILE).is_file():
        data = read_json(folder / CARD_FILE)
        card = ModelCard.from_dict(dict(data))
        if path == folder or path.name == card.file:
            return replace(card, file=str((folder / check_name(card.file, "file")).resolve()))
    carried = card_of_metadata(read_onnx(path).metadata)
    if carried is None:
        raise InvalidInputError(
            f"{path.name} does not say how to use it",
            hint=f"sightline models add {path} --name NAME",
        )
    return replace(carried, file=str(path.resolve()), format="onnx", blake3=file_digest(path))
