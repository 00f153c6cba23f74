"""Read what a foreign classifier needs out of a pickle or a joblib file, and run nothing of it.

`pickle_machine.py` interprets the opcodes that make plain data, `pickle_names.py` says what may be
named; joblib may have compressed the whole.
"""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from typing import TYPE_CHECKING, Any, Final, Protocol

from sightline.core.errors import TooLargeError, UnknownModelError
from sightline.formats.pickle_machine import MAX_BYTES, Budget, Machine
from sightline.formats.pickle_names import Refused, refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


_PACKED: Final[tuple[tuple[bytes, Callable[[], _Unpacker]], ...]] = (
    (b"\x1f\x8b", lambda: zlib.decompressobj(31)),
    (b"\x78", zlib.decompressobj),
    (b"BZ", bz2.BZ2Decompressor),
    (b"\xfd7zXZ", lzma.LZMADecompressor),
    (b"\x5d\x00", lambda: lzma.LZMADecompressor(format=lzma.FORMAT_ALONE)),
)
_OTHERS: Final = {
    b"PK": "it is a ZIP, as PyTorch writes; only pickles of scikit-learn are read",
    b"ZF": "it was written by a joblib before 0.10; load it where you trust it and save it anew",
    b"\x04\x22\x4d\x18": "it is packed by lz4; save it with joblib.dump(..., compress=3)",
    b"\x89HDF": "it is HDF5, no pickle",
}


def read(path: Path) -> Any:
    """Return what a pickle or joblib file holds, as inert data.

    Numbers, texts, lists, dictionaries, `Array` for arrays, `Thing` for objects.

    Raises:
        UnknownModelError: There is no such file.
        InvalidInputError: It is damaged, or names what is not allowed: nothing was run.
        TooLargeError: It is over the limits.
    """
    if not path.is_file():
        raise UnknownModelError(f"no file {path}", hint="check the path")
    if path.stat().st_size > MAX_BYTES:
        raise TooLargeError(f"{path.name} is over {MAX_BYTES >> 20} MB", hint="no head is so large")
    return read_bytes(path.read_bytes(), path.name)


def read_bytes(data: bytes, name: str) -> Any:
    """Return what the bytes of a pickle or joblib file hold, as `read` does."""
    try:
        return Machine(io.BytesIO(_unpacked(data, name)), Budget()).run()
    except Refused as error:
        raise refusal(name, str(error)) from None
    except RecursionError:
        raise refusal(name, "it is nested too deeply") from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise refusal(name, f"it is damaged, or no pickle ({str(error)[:200]})") from error


def _unpacked(data: bytes, name: str) -> bytes:
    """Return the bytes without joblib's compression.

    Raises:
        Refused: It is packed in a way that is not read, or damaged.
        TooLargeError: It would grow too much.
    """
    for magic, why in _OTHERS.items():
        if data.startswith(magic):
            raise Refused(why)
    for magic, unpacker in _PACKED:
        if data.startswith(magic):
            return _grown(data, unpacker(), name)
    return data


def _grown(data: bytes, unpacker: _Unpacker, name: str) -> bytes:
    try:
        found = unpacker.decompress(data, MAX_BYTES + 1)
    except (zlib.error, OSError, EOFError, lzma.LZMAError) as error:
        raise Refused(f"it is damaged ({error})") from error
    if len(found) > MAX_BYTES:
        raise TooLargeError(
            f"{name} would unpack to over {MAX_BYTES >> 20} MB", hint="no head is so large"
        )
    if not unpacker.eof:
        raise Refused("it is cut off")
    return found
