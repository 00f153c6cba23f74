"""Encodings of pictures by their key: in memory up to a bound, and on disk up to another."""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from blake3 import blake3

from sightline.core.files import write_atomic

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import U8
    from sightline.core.assist import Encoding

VERSION: Final = b"1"
KEEP_SHARE: Final = 0.8
"""What is left of the disk's bound after old files went."""
TOUCH_AFTER_S: Final = 600.0
_KEY: Final = re.compile(r"[0-9a-f]{32}")
_SUFFIX: Final = ".safetensors"


def encoding_key(pixels: U8, engine_key: str) -> str:
    """Return the key of an encoding: other pixels, weights or preprocessing give another one."""
    hasher = blake3(max_threads=1)
    for part in (VERSION, engine_key.encode(), repr(pixels.shape).encode()):
        hasher.update(len(part).to_bytes(4, "little") + part)
    hasher.update(np.ascontiguousarray(pixels).reshape(-1).data)
    return hasher.hexdigest(length=16)


def bytes_of(encoding: Encoding) -> int:
    """Return how much memory an encoding takes."""
    return sum(array.nbytes for array in encoding.values())


class EncodingCache:
    """Encodings in memory, those used last first, and under `root`, which may be deleted."""

    def __init__(self, root: Path, *, memory_bytes: int, disk_bytes: int) -> None:
        self._root = root
        self._memory_bytes = memory_bytes
        self._disk_bytes = disk_bytes
        self._held: OrderedDict[str, tuple[Encoding, int]] = OrderedDict()
        self._bytes = 0
        self._unswept = disk_bytes  # the first writing looks how much there is
        self._lock = threading.Lock()

    def get(self, key: str) -> Encoding | None:
        """Return an encoding that is in memory, None else."""
        with self._lock:
            found = self._held.get(key)
            if found is None:
                return None
            self._held.move_to_end(key)
            return found[0]

    def size(self, key: str) -> int | None:
        """Return the bytes of an encoding that is in memory, None else."""
        with self._lock:
            found = self._held.get(key)
        return None if found is None else found[1]

    def put(self, key: str, encoding: Encoding) -> int:
        """Hold an encoding in memory and return its bytes; the oldest go when there is no room.

        The newest stays, whatever its size.
        """
        size = bytes_of(encoding)
        with self._lock:
            old = self._held.pop(key, None)
            self._bytes += size - (0 if old is None else old[1])
            self._held[key] = (encoding, size)
            self._fit()
        return size

    @property
    def limit_bytes(self) -> int:
        """How much memory is used at most."""
        return self._memory_bytes

    def bound(self, memory_bytes: int) -> None:
        """Change how much memory is used at most."""
        with self._lock:
            self._memory_bytes = memory_bytes
            self._fit()

    def load(self, key: str) -> Encoding | None:
        """Return an encoding from the disk, None when it is not there or damaged."""
        from safetensors import SafetensorError
        from safetensors.numpy import load

        path = self._path(key)
        try:
            found: Encoding = load(path.read_bytes())
            if time.time() - path.stat().st_mtime > TOUCH_AFTER_S:
                os.utime(path)
        except OSError:
            return None
        except (SafetensorError, ValueError):
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        return found

    def packed(self, key: str) -> bytes | None:
        """Return an encoding as safetensors, None when it is neither in memory nor on disk."""
        if not _KEY.fullmatch(key):
            return None
        found = self.get(key)
        if found is not None:
            return _packed(found)
        with contextlib.suppress(OSError):
            return self._path(key).read_bytes()
        return None

    def save(self, key: str, encoding: Encoding) -> None:
        """Write an encoding to the disk; a disk that refuses costs only time later."""
        with contextlib.suppress(OSError):
            data = _packed(encoding)
            write_atomic(self._path(key), data)
            with self._lock:
                self._unswept += len(data)
                due = self._unswept > self._disk_bytes // 10
                self._unswept = 0 if due else self._unswept
            if due:
                self._sweep()

    def state(self) -> dict[str, Any]:
        """Return how much is held, and the bounds, in bytes."""
        with self._lock:
            held = {"bytes": self._bytes, "count": len(self._held), "limit": self._memory_bytes}
        files = self._files()
        disk = {"bytes": sum(one[1] for one in files), "count": len(files)}
        return {"memory": held, "disk": disk | {"limit": self._disk_bytes}}

    def _fit(self) -> None:
        while self._bytes > self._memory_bytes and len(self._held) > 1:
            _, (_, size) = self._held.popitem(last=False)
            self._bytes -= size

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} is no key")
        return self._root / key[:2] / (key + _SUFFIX)

    def _files(self) -> list[tuple[float, int, Path]]:
        found = []
        for path in self._root.glob(f"*/*{_SUFFIX}"):
            with contextlib.suppress(OSError):
                seen = path.stat()
                found.append((seen.st_mtime, seen.st_size, path))
        return found

    def _sweep(self) -> None:
        files = self._files()
        total = sum(size for _, size, _ in files)
        if total <= self._disk_bytes:
            return
        for _, size, path in sorted(files, key=lambda one: one[0]):
            if total <= self._disk_bytes * KEEP_SHARE:
                return
            with contextlib.suppress(OSError):
                path.unlink()
                total -= size


def _packed(encoding: Encoding) -> bytes:
    from safetensors.numpy import save

    return save({name: array.copy(order="C") for name, array in encoding.items()})
