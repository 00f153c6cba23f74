"""Where frames may be read from: a camera of this machine, an address, a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import SplitResult, urlsplit, urlunsplit

from sightline.core.errors import ForbiddenError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable

PORTS: Final = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
"""Schemes that are read, with their usual ports."""
_CAMERA: Final = re.compile(r"camera(?::(\d{1,3}))?")
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]+):", re.IGNORECASE)
_HINT: Final = "camera:0, rtsp://HOST/PATH, http://HOST/PATH, or the path of a file"


@dataclass(frozen=True, slots=True)
class Address:
    """One of them."""

    kind: Literal["device", "url", "path"]
    target: str
    """Number of the camera, the whole address, or the path."""
    shown: str
    """Without user, password and query, which are secrets often."""


def parse_address(text: str) -> Address:
    """Return where a person points.

    Raises:
        InvalidInputError: It is no address that is read here.
    """
    camera = _CAMERA.fullmatch(text)
    if camera:
        number = camera[1] or "0"
        return Address("device", number, f"camera:{int(number)}")
    scheme = _SCHEME.match(text)
    if scheme is None or len(scheme[1]) == 1 or Path(text).exists():
        return Address("path", text, text)
    if scheme[1].lower() not in PORTS:
        raise InvalidInputError(f"{scheme[1]}: is no kind of address that is read", hint=_HINT)
    return _url(text)


def _url(text: str) -> Address:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidInputError(f"{text[:80]!r} is no address", hint=_HINT) from error
    if not host or any(character.isspace() or ord(character) < 32 for character in text):  # noqa: PLR2004
        raise InvalidInputError(f"{text[:80]!r} is no address", hint=_HINT)
    named = f"[{host}]" if ":" in host else host
    place = f"{named}:{port}" if port else named
    shown = urlunsplit((parts.scheme, place, parts.path, "", ""))
    return Address("url", text, shown)


def check_allowed(address: Address, sources: Iterable[str]) -> None:
    """Let a page read only from where the owner of this workspace allows it.

    A page that could name any address would make this machine read what only it can reach. Files
    it sends; it reads none by their path, whatever the setting says.

    Raises:
        ForbiddenError: It is not allowed.
    """
    wanted = _place(address.target if address.kind == "url" else address.shown)
    if address.kind != "path" and wanted in [_place(one) for one in sources]:
        return
    raise ForbiddenError(
        f"{address.shown} is not among the sources that a page may read",
        hint="add it to the setting media_sources (SIGHTLINE_MEDIA_SOURCES), or read it by the "
        "verb: sightline media add",
    )


def _place(text: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port; of a camera its name alone."""
    camera = _CAMERA.fullmatch(text)
    if camera:
        return "camera", str(int(camera[1] or 0)), None
    try:
        parts: SplitResult = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "", text, None
    scheme = parts.scheme.lower()
    return scheme, (host or "").rstrip(".").lower(), port or PORTS.get(scheme)
