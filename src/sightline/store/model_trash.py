"""Models in the trash: listed, brought back, erased. Folders are named `model-ID-NUMBER` there."""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sightline.core.cards import ModelCard
from sightline.core.errors import ConflictError, NotFoundError, SightlineError
from sightline.core.files import fsync_dir, read_json
from sightline.store.models import CARD_FILE, storing

if TYPE_CHECKING:
    from pathlib import Path

_NAME: Final = re.compile(r"model-[a-z0-9][a-z0-9-]{0,79}-[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class TrashedModel:
    """A model that was removed."""

    key: str
    """Name of its folder in the trash."""
    id: str
    name: str
    kind: str
    bytes: int
    trashed_at: str
    """UTC, RFC 3339."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)


class ModelTrash:
    """What was removed from a folder of models and can be put back."""

    def __init__(self, models: Path, trash: Path) -> None:
        self._models = models
        self._trash = trash

    def list(self) -> list[TrashedModel]:
        """Return the models in the trash, those removed last first."""
        found = [one for one in self._trash.glob("model-*") if _NAME.fullmatch(one.name)]
        found.sort(key=lambda one: (one.stat().st_mtime, one.name), reverse=True)
        return [_trashed(folder) for folder in found if folder.is_dir()]

    def restore(self, ref: str) -> str:
        """Put a model back and return its id.

        Args:
            ref: Key, id or name; of several the one removed last.

        Raises:
            NotFoundError: There is none in the trash.
            ConflictError: A model of its id is there.
            StorageError: The disk refuses.
        """
        found = self._find(ref)
        target = self._models / found.id
        if target.exists():
            raise ConflictError(f"{found.id} is there already", hint="remove that one first")
        with storing():
            self._models.mkdir(parents=True, exist_ok=True)
            shutil.move(self._trash / found.key, target)
            fsync_dir(self._models)
        return found.id

    def erase(self, ref: str = "") -> int:
        """Erase a model in the trash for good, or all of them, and return how many.

        Raises:
            NotFoundError: There is none of this key, id or name.
        """
        gone = [self._find(ref)] if ref else self.list()
        for one in gone:
            with storing():
                shutil.rmtree(self._trash / one.key)
        return len(gone)

    def _find(self, ref: str) -> TrashedModel:
        for one in self.list():
            if ref in {one.key, one.id, one.name}:
                return one
        raise NotFoundError(f"no model {ref!r} in the trash", hint="sightline models trash")


def _trashed(folder: Path) -> TrashedModel:
    model_id = folder.name.removeprefix("model-").rpartition("-")[0]
    name, kind = model_id, ""
    with suppress(OSError, SightlineError, TypeError, ValueError):
        card = ModelCard.from_dict(dict(read_json(folder / CARD_FILE)))
        name, kind = card.name, card.kind
    at = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
    return TrashedModel(
        key=folder.name,
        id=model_id,
        name=name,
        kind=kind,
        bytes=sum(one.stat().st_size for one in folder.iterdir() if one.is_file()),
        trashed_at=at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    )
