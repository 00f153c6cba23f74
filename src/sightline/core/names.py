"""Names that people give, safe as a folder name on every system."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from sightline.core.errors import InvalidInputError

MAX_CHARACTERS: Final = 80
MAX_BYTES: Final = 200
_RESERVED: Final = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\..*)?", re.IGNORECASE
)
_FORBIDDEN: Final = set('/\\:*?"<>|')


def check_name(name: str, kind: str = "name") -> str:
    """Return `name` in NFC when it can name a folder on Linux, macOS and Windows.

    Raises:
        InvalidInputError: It cannot; the hint says why.
    """
    clean = unicodedata.normalize("NFC", name)
    why = _fault(clean)
    if why:
        shown = clean if len(clean) <= MAX_CHARACTERS else clean[:40] + "..."
        raise InvalidInputError(f"{shown!r} cannot be the name of a {kind}: {why}", hint=_HINT)
    return clean


_HINT: Final = "use letters, digits, spaces, '-', '_' or '.', 1 to 80 characters"


def _fault(name: str) -> str:
    if not name.strip():
        return "it is empty"
    if name in {".", ".."} or name[0] in " ." or name[-1] in " .":
        return "it starts or ends with a space or a dot"
    if len(name) > MAX_CHARACTERS or len(name.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return f"it is longer than {MAX_CHARACTERS} characters"
    if any(character in _FORBIDDEN for character in name):
        return 'it holds one of / \\ : * ? " < > |'
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in name):
        return "it holds a control character"
    if _RESERVED.fullmatch(name):
        return "Windows keeps this name for a device"
    return ""
