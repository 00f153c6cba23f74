"""A form on its way: the files of it, and how it answers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from blake3 import blake3

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.cards import ModelCard


@dataclass(frozen=True, slots=True)
class Made:
    """Files that were written into a scratch folder, and what is to be told of them."""

    card: ModelCard
    """Of the form; its id is given when it is stored."""
    file: Path
    extras: dict[str, Path] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file of it, the main one first."""
        return (self.file, *self.extras.values())


def hashes(file: Path, name: str) -> dict[str, Any]:
    """Return name, bytes, blake3 and sha256 of a file, JSON."""
    raw = file.read_bytes()
    return {
        "name": name,
        "bytes": len(raw),
        "blake3": blake3(raw).hexdigest(),
        "sha256": hashlib.sha256(raw).hexdigest(),
    }
