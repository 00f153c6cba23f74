"""Explanations on disk: small maps by key, bounded; pictures are drawn of them when looked at."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import re
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import NotFoundError
from sightline.imaging.placement import Placement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.core.arrays import F32

VERSION: Final = 1
KEEP_SHARE: Final = 0.8
"""What is left of the bound after old files went."""
TOUCH_AFTER_S: Final = 3_600.0
_KEY: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One explanation as it is kept."""

    key: str
    model: str
    method: str
    layer: str
    note: str
    class_index: int
    probabilities: list[float]
    """(K,)"""
    frame: tuple[int, int]
    """(width, height) of the picture, upright, pixels."""
    square: tuple[float, float, float, float]
    """See `Placement`."""
    image_id: int | None = None
    path: str = ""
    """Name of the picture, for people."""
    shape: tuple[int, int] = (0, 0)
    """(h, w) of the map."""
    values: str = field(default="", repr=False)
    """The map, 0..255, base64."""

    @property
    def placement(self) -> Placement:
        """Return where the map lies."""
        return Placement(self.frame, self.square)

    @property
    def grid(self) -> F32:
        """Return the map (h, w), 0..1."""
        raw = np.frombuffer(base64.b64decode(self.values), np.uint8).reshape(self.shape)
        return (raw / np.float32(255)).astype(np.float32)

    def spread(self, px: int) -> F32:
        """Return the map over the frame, its long side `px` pixels or less, (H, W)."""
        return self.placement.spread(self.grid, fitted(self.frame, px))


def packed(grid: F32) -> dict[str, Any]:
    """Return a map (h, w), 0..1, as `Explained` keeps it."""
    raw = (np.clip(grid, 0, 1) * 255 + 0.5).astype(np.uint8)
    values = base64.b64encode(raw.tobytes()).decode()
    return {"shape": (int(grid.shape[0]), int(grid.shape[1])), "values": values}


def fitted(frame: tuple[int, int], px: int) -> tuple[int, int]:
    """Return a frame's size with its long side at most `px`, pixels."""
    scale = min(1.0, px / max(frame))
    return max(1, round(frame[0] * scale)), max(1, round(frame[1] * scale))


def key_of(*parts: object) -> str:
    """Return the key of what is asked: equal parts, equal key."""
    raw = json.dumps([VERSION, *parts], sort_keys=True, default=str).encode()
    return hashlib.blake2b(raw, digest_size=16).hexdigest()


class ExplainedCache:
    """Explanations under `root`, which may be deleted at any time."""

    def __init__(self, root: Path, *, limit_bytes: int) -> None:
        self._root = root
        self._limit_bytes = limit_bytes
        self._unswept = limit_bytes  # the first writing looks how much there is

    def find(self, key: str) -> Explained | None:
        """Return an explanation, None when it is not there (any more)."""
        data = self.read(key)
        if data is None:
            return None
        try:
            shaped = {name: tuple(data[name]) for name in ("frame", "square", "shape")}
            return Explained(**(data | shaped))
        except (KeyError, TypeError, ValueError):
            return None

    def get(self, key: str) -> Explained:
        """Return an explanation.

        Raises:
            NotFoundError: It is not there (any more).
        """
        found = self.find(key)
        if found is None:
            raise NotFoundError("this explanation is gone", hint="ask for it again")
        return found

    def keep(self, one: Explained, picture: bytes | None = None) -> Explained:
        """Write an explanation, and the picture it is about where nothing else keeps that one."""
        if picture is not None:
            self._write(self._path(one.key, ".webp"), picture)
        self.write(one.key, asdict(one))
        return one

    def read(self, key: str) -> dict[str, Any] | None:
        """Return what was written under a key."""
        path = self._path(key, ".json")
        try:
            data = json.loads(path.read_bytes())
            if time.time() - path.stat().st_mtime > TOUCH_AFTER_S:
                os.utime(path)
        except (OSError, ValueError):
            return None
        return data if isinstance(data, dict) else None

    def write(self, key: str, data: dict[str, Any]) -> None:
        """Write an object under a key."""
        self._write(self._path(key, ".json"), json.dumps(data).encode())

    def picture(self, key: str) -> bytes | None:
        """Return the picture that was kept with an explanation."""
        with contextlib.suppress(OSError):
            return self._path(key, ".webp").read_bytes()
        return None

    def _path(self, key: str, suffix: str) -> Path:
        if not _KEY.fullmatch(key):
            raise NotFoundError("there is no such explanation", hint="ask for it again")
        return self._root / key[:2] / (key[2:] + suffix)

    def _write(self, path: Path, data: bytes) -> None:
        """Write whole or not at all; a full disk only costs the cache."""
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(suffix=".part", dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        self._unswept += len(data)
        if self._unswept >= self._limit_bytes // 10:
            self._unswept = 0
            self.sweep()

    def sweep(self) -> int:
        """Delete what was longest not looked at until the rest fits; return how many files went."""
        found = sorted(_files(self._root))
        total, gone = sum(size for _, size, _ in found), 0
        if total <= self._limit_bytes:
            return 0
        for _, size, path in found:
            if total <= KEEP_SHARE * self._limit_bytes:
                break
            with contextlib.suppress(OSError):
                path.unlink()
                gone += 1
            total -= size
        return gone


def _files(root: Path) -> Iterator[tuple[float, int, Path]]:
    for path in root.glob("*/*"):
        with contextlib.suppress(OSError):
            state = path.stat()
            yield state.st_mtime, state.st_size, path
