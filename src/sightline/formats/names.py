"""Names in a data set that every file system takes, and that lead nowhere else."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final

from sightline.core.errors import InvalidInputError
from sightline.core.names import check_name

MOST_BYTES: Final = 150
"""Of one part of a path; file systems take 255."""
MOST_CHARACTERS: Final = 80
MOST_SUFFIX: Final = 8
_FORBIDDEN: Final = re.compile(r'[/\\:*?"<>|]')
_DRIVE: Final = re.compile(r"^[A-Za-z]:")


def safe_part(name: str) -> str:
    """Return a file's or folder's name that every system takes; a good one stays as it is."""
    clean = unicodedata.normalize("NFC", name)
    clean = _FORBIDDEN.sub("_", clean)
    clean = "".join("_" if _is_odd(one) else one for one in clean)
    clean = _shortened(clean.rstrip(" ."))
    if clean.startswith((" ", ".")):
        clean = f"_{clean[1:]}"
    try:
        return check_name(clean, "file")
    except InvalidInputError:
        return _shortened(f"_{clean}") if clean else "_"


def safe_path(path: str) -> str:
    """Return a relative path, with `/`, of safe parts; what leads up or to a root is left out."""
    parts = _DRIVE.sub("", path.replace("\\", "/")).split("/")
    return "/".join(safe_part(one) for one in parts if one not in {"", ".", ".."}) or "_"


def _is_odd(character: str) -> bool:
    return character != " " and unicodedata.category(character)[0] in "CZ" and character != "\u200d"


def _shortened(name: str) -> str:
    """Return a name of at most MOST_BYTES; what is cut off is stood for by its hash."""
    raw = name.encode("utf-8", "surrogatepass")
    if len(raw) <= MOST_BYTES and len(name) <= MOST_CHARACTERS:
        return name
    stem, dot, suffix = name.rpartition(".")
    ending = f".{suffix}" if dot and len(suffix) <= MOST_SUFFIX else ""
    mark = hashlib.sha256(raw).hexdigest()[:8]
    kept = (stem if ending else name)[: MOST_CHARACTERS - 20]
    while len(kept.encode("utf-8", "surrogatepass")) > MOST_BYTES - 20:
        kept = kept[:-1]
    return f"{kept.rstrip(' .')}-{mark}{ending}"


class Taken:
    """Gives each file of a data set a name of its own, also where case does not count."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def claim(self, path: str, digest: str) -> str:
        """Return `path`, or one near it that is free; the same calls give the same names."""
        stem, dot, suffix = path.rpartition(".")
        if not dot or "/" in suffix:
            stem, dot, suffix = path, "", ""
        tries = [path, f"{stem}-{digest[:8]}{dot}{suffix}"]
        count = 2
        while (found := tries.pop(0)).casefold() in self._used:
            tries.append(f"{stem}-{digest[:8]}-{count}{dot}{suffix}")
            count += 1
        self._used.add(found.casefold())
        return found


def folders_of(names: list[str]) -> dict[str, str]:
    """Return a folder's name for each class, all different."""
    taken = Taken()
    return {
        one: taken.claim(
            safe_part(one), hashlib.sha256(one.encode("utf-8", "surrogatepass")).hexdigest()
        )
        for one in names
    }
