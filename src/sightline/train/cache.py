"""Pictures that were decoded once, kept on disk between epochs and runs.

What is kept is what `imaging.preprocess` gave, to the byte, so that a training learns the same with
the cache and without it. It is found by the file's hash, its page and the rule that made it. The
folder may be deleted at any time, also while a training runs.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from sightline.core.errors import StorageError
from sightline.train.cache_pack import Pack, delete_pack, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sightline.core.arrays import U8
    from sightline.core.preprocess import Preprocess

VERSION: Final = 1
"""Of the files, and of how pictures are decoded: another number reads none of the old ones."""
PACK_BYTES: Final = 256 << 20
RESERVE_BYTES: Final = 1 << 30
"""Disk that is left free: a checkpoint must find room."""


def recipe_of(rule: Preprocess) -> str:
    """Return the name of all that decides a picture's pixels; normalising comes after."""
    pixels = replace(rule, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0)).key()
    return hashlib.blake2b(f"{VERSION}/{pixels}".encode(), digest_size=10).hexdigest()


@dataclass(frozen=True, slots=True)
class PixelCache:
    """A folder of packs, bounded in bytes; what was not used for longest goes first."""

    root: Path
    limit_bytes: int
    reserve_bytes: int = RESERVE_BYTES

    def shelf(self, rule: Preprocess, wanted: Iterable[tuple[str, int]]) -> Shelf:
        """Return what is there of some pictures, and where the others go.

        Args:
            rule: How a picture becomes (size, size, 3) uint8.
            wanted: Digest and page of each.
        """
        return Shelf(self, self.root / recipe_of(rule), 3 * rule.size**2, wanted)

    @property
    def pack_bytes(self) -> int:
        """How large a pack grows: small enough for old ones to go one by one."""
        return min(PACK_BYTES, max(1, self.limit_bytes // 16))

    def make_room(self, need: int, kept: frozenset[Path]) -> bool:
        """Delete the packs longest unused until `need` bytes fit; say whether they do."""
        found = sorted(_packs(self.root))
        total = sum(size for _, size, _ in found)
        for _, size, path in found:
            if total + need <= self.limit_bytes:
                break
            if path not in kept:
                delete_pack(path)
                total -= 0 if path.exists() else size
        return total + need <= self.limit_bytes and self._free() >= need + self.reserve_bytes

    def _free(self) -> int:
        return shutil.disk_usage(self.root).free


class Shelf:
    """The cached pictures of one training, by one rule."""

    def __init__(
        self, cache: PixelCache, folder: Path, row_bytes: int, wanted: Iterable[tuple[str, int]]
    ) -> None:
        self._cache, self._folder, self._row_bytes = cache, folder, row_bytes
        self._wanted = frozenset(key_of(digest, page) for digest, page in wanted)
        self._missing = set(self._wanted)
        self._found: dict[bytes, tuple[Pack, int, int]] = {}
        self._packs: list[Pack] = []
        self._writing: Pack | None = None
        self._lock = threading.Lock()
        self.trouble = ""
        """Why nothing more is kept, when that is so."""
        for path in sorted(folder.glob("*.rows")) if folder.is_dir() else []:
            self._open(Pack(path, row_bytes))

    def __len__(self) -> int:
        """Return how many of the wanted pictures are there."""
        return len(self._found)

    def take(self, key: bytes, out: U8) -> bool:
        """Fill `out` (size, size, 3) and say whether the picture was there, whole."""
        spot = self._found.get(key)
        if spot is None:
            return False
        pack, row, crc = spot
        if pack.read(row, crc, out):
            return True
        with self._lock:
            self._found.pop(key, None)
            self._missing.add(key)
        return False

    def put(self, key: bytes, image: U8) -> None:
        """Keep a picture; a disk that refuses ends the keeping, not the training."""
        with self._lock:
            if self.trouble or key not in self._missing:
                return
            try:
                pack = self._pack()
                if pack is not None:
                    self._found[key] = (pack, *pack.append(key, image))
                    self._missing.discard(key)
            except (OSError, StorageError) as error:
                self.trouble = f"the cache cannot be written ({error}): pictures are read each time"

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            for pack in self._packs:
                pack.close()
            self._found.clear()
            self.trouble = self.trouble or "closed"

    def _open(self, pack: Pack) -> None:
        """Take in what a pack has of the wanted pictures."""
        # The newest record of a picture counts: it was written again because an older one did not.
        found = {key: (pack, row, crc) for key, row, crc in pack.records() if key in self._wanted}
        self._found |= found
        self._missing -= found.keys()
        if found:
            self._packs.append(pack)
            with contextlib.suppress(OSError):
                os.utime(pack.rows)

    def _pack(self) -> Pack | None:
        """Return the pack to append to, the next one when it is full; None: no room."""
        now = self._writing
        if now is not None and now.written_bytes < self._cache.pack_bytes:
            return now
        self._folder.mkdir(parents=True, exist_ok=True)
        need = min(self._cache.pack_bytes, len(self._missing) * self._row_bytes)
        kept = frozenset(pack.rows for pack in self._packs)
        if not self._cache.make_room(need, kept):
            self.trouble = (
                f"the cache is full: {len(self._missing)} pictures are read each time "
                "(setting pixel_cache_mb, or the disk)"
            )
            return None
        self._writing = self._unfilled() or self._fresh()
        return self._writing

    def _unfilled(self) -> Pack | None:
        """Return a pack of an earlier run that has room and that nobody appends to."""
        for path in sorted(self._folder.glob("*.rows")):
            if path.stat().st_size >= self._cache.pack_bytes:
                continue
            pack = next((one for one in self._packs if one.rows == path), None)
            pack, known = pack or Pack(path, self._row_bytes), pack is not None
            if pack.begin():
                if not known:
                    self._packs.append(pack)
                return pack
        return None

    def _fresh(self) -> Pack:
        pack = Pack(self._folder / f"{uuid4().hex}.rows", self._row_bytes)
        pack.begin()
        self._packs.append(pack)
        return pack


def _packs(root: Path) -> list[tuple[float, int, Path]]:
    """Return (last use, bytes, path) of every pack below `root`."""
    found = []
    for path in root.glob("*/*.rows"):
        with contextlib.suppress(OSError):
            state = path.stat()
            index = path.with_suffix(".index").stat().st_size
            found.append((state.st_mtime, state.st_size + index, path))
    return found
