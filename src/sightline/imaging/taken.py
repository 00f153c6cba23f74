"""When a picture was taken, as its EXIF says (2.32, tags 0x9003 and 0x0132)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sightline.core.errors import SightlineError
from sightline.imaging.pillow import open_quietly
from sightline.imaging.sniff import sniff

if TYPE_CHECKING:
    from pathlib import Path

_EXIF: Final = 0x8769
_ORIGINAL: Final = 0x9003
_CHANGED: Final = 0x0132
_DAY: Final = re.compile(r"(\d{4})[:\-](\d{2})[:\-](\d{2})")
_NO_DAY: Final = "0000"


def day_taken(path: Path) -> str:
    """Return the day as in 2026-01-31; empty where the file says nothing or cannot be read."""
    try:
        with path.open("rb") as file:
            kind = sniff(file.read(512))
        with open_quietly(path, kind or "JPEG") as image:
            exif = image.getexif()
            said = exif.get_ifd(_EXIF).get(_ORIGINAL) or exif.get(_CHANGED) or ""
    except (OSError, SyntaxError, ValueError, KeyError, SightlineError):
        return ""
    found = _DAY.match(str(said))
    return "" if found is None or found[1] == _NO_DAY else "-".join(found.groups())
