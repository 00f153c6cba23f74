"""Fetch a file over HTTP: goes on where it stopped, checks what came, and is whole or not there.

What has come lies in NAME.part beside NAME.part.json, which says of what it is a part. Only
`models pull` and `update` call this; nothing else in Sightline reaches the network.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import DownloadError, InvalidInputError, NotFoundError, StorageError
from sightline.core.files import fsync_dir, read_json, write_json
from sightline.core.progress import Silent

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPResponse
    from pathlib import Path

    from sightline.core.progress import Progress

TRIES: Final = 5
WAIT_S: Final = 1.0
"""Before the second try; then twice as long each time."""
TIMEOUT_S: Final = 30.0
CHUNK: Final = 1 << 20
AGENT: Final = "sightline"
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_BLOB: Final = re.compile(r"[0-9a-f]{40}")
_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_SPARE_BYTES: Final = 64 << 20
_OK, _PARTIAL, _NOT_FOUND, _BAD_RANGE = 200, 206, 404, 416
_DENIED: Final = {401, 403}
_AGAIN: Final = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that came whole."""

    path: Path
    sha256: str
    bytes: int
    revision: str
    """Commit that the hub served, where it says so."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What the server says of the file: from the first answer, before any redirection."""

    sha256: str = ""
    blob: str = ""
    """Git's SHA-1 of small files."""
    total: int | None = None
    revision: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What to fetch."""

    url: str
    part: Path
    most: int | None
    setting: str


class _BadRangeError(Exception):
    """The server has nothing after what is here."""


class _Broken(Exception):  # noqa: N818 - never leaves this file
    """The connection ended early, or the server asks to try again."""


def fetch(
    url: str,
    target: Path,
    *,
    sha256: str = "",
    most: int | None = None,
    setting: str = "model_hub_url",
    progress: Progress | None = None,
    tries: int = TRIES,
    pause: Callable[[float], None] = time.sleep,
) -> Fetched:
    """Fetch `url` to `target`; what an earlier call fetched of it is not fetched again.

    Args:
        url: http or https.
        target: Where the whole file goes.
        sha256: Its hash, or how that begins; else what the server says is held against it.
        most: Bytes above which it is thrown away.
        setting: Name of the setting that the address comes from, for the errors.
        progress: Is told bytes, and may stop the work.
        tries: How often to go on after a broken connection that brought nothing.
        pause: Waits so many seconds.

    Raises:
        NotFoundError: The server has no such file.
        DownloadError: No connection, a refusal, or not the file that was meant.
        StorageError: The disk is full.
        CancelledError: The progress said so.
    """
    if not url.startswith(("http://", "https://")):
        raise InvalidInputError(f"{url[:100]} is no http address", hint=f"check {setting}")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    left, why = tries, ""
    while left > 0:
        before = _size(part)
        try:
            told = _get(_Wish(url, part, most, setting), progress or Silent())
            return _finish(url, part, target, told, sha256)
        except (_Broken, HTTPException, urllib.error.URLError, TimeoutError, OSError) as error:
            if isinstance(error, OSError) and error.errno == 28:  # noqa: PLR2004 - ENOSPC
                raise StorageError(
                    "the disk is full", hint="free some space, then try again"
                ) from error
            why = str(getattr(error, "reason", error)) or type(error).__name__
        left = tries if _size(part) > before else left - 1
        if left > 0:
            pause(WAIT_S * 2 ** (tries - left))
    raise DownloadError(
        f"{url} cannot be fetched: {why}",
        hint=f"check the network (or {setting}), then try again: {_size(part):,} bytes are kept",
    )


def _get(wish: _Wish, progress: Progress) -> _Told:
    """Fetch what is missing of a file and return what the server says of it."""
    part = wish.part
    note = part.with_name(f"{part.name}.json")
    have, tag = _size(part), _tag(note)
    if have and not tag:  # of what it is a part is not known
        part.unlink()
        have = 0
    try:
        response, told = _open(wish, have, tag)
    except _BadRangeError:  # all of it is here, or of another file: not worth finding out
        part.unlink()
        response, told = _open(wish, 0, "")
        have = 0
    with response:
        if response.status == _PARTIAL:
            _check_range(response, have)
        elif have:  # the file has changed, or the server knows no ranges
            part.unlink()
            have = 0
        total = told.total if told.total is not None else _total(response, have)
        _check_size(wish, max(have, total or 0))
        _check_space(part, total, have)
        write_json(note, {"url": wish.url, "tag": told.tag})
        _read(response, wish, have, total, progress)
    if total is not None and _size(part) != total:
        raise _Broken(f"it ended after {_size(part):,} of {total:,} bytes")
    return told


def _open(wish: _Wish, have: int, tag: str) -> tuple[HTTPResponse, _Told]:
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
    if have:
        headers |= {"Range": f"bytes={have}-", "If-Range": tag}
    first = _First()
    opener = urllib.request.build_opener(first)
    request = urllib.request.Request(wish.url, headers=headers)  # noqa: S310 - http was checked
    try:
        response = opener.open(request, timeout=TIMEOUT_S)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == _BAD_RANGE and have:
            raise _BadRangeError from error
        raise _refusal(wish, error.code) from error
    seen = first.headers if first.headers is not None else response.headers
    linked = str(seen.get("X-Linked-ETag") or "").strip('"')
    plain = str(seen.get("ETag") or "").removeprefix("W/").strip('"')
    size = seen.get("X-Linked-Size")
    return response, _Told(
        sha256=linked if _SHA256.fullmatch(linked) else "",
        blob=plain if not linked and _BLOB.fullmatch(plain) else "",
        total=int(size) if size is not None and size.isdigit() else None,
        revision=str(seen.get("X-Repo-Commit") or ""),
        tag=str(response.headers.get("ETag") or response.headers.get("Last-Modified") or ""),
    )


class _First(urllib.request.HTTPRedirectHandler):
    """Keeps the headers of the first redirection: the hub tells the hash there, not at the end."""

    headers: Any = None

    def redirect_request(  # noqa: PLR0917 - as urllib calls it
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Any:
        safe = ("https://",) if req.full_url.startswith("https://") else ("http://", "https://")
        if not newurl.startswith(safe):
            raise urllib.error.URLError(f"the server leads to {newurl[:100]}")
        if self.headers is None:
            self.headers = headers
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _refusal(wish: _Wish, code: int) -> Exception:
    url = wish.url
    if code == _NOT_FOUND:
        return NotFoundError(f"there is no {url}", hint=f"check the name, and {wish.setting}")
    if code in _DENIED:
        return DownloadError(
            f"{url} is not open to everybody (status {code})",
            hint="accept its licence in a browser, download the folder there, and add it: "
            "sightline models add FOLDER --name NAME",
        )
    if code in _AGAIN:
        return _Broken(f"status {code}")
    return DownloadError(f"{url} was refused with status {code}", hint=f"check {wish.setting}")


def _check_range(response: HTTPResponse, have: int) -> None:
    found = _RANGE.fullmatch(response.headers.get("Content-Range") or "")
    if found is None or int(found[1]) != have:
        raise DownloadError("the server sent another part than was asked for", hint="try again")


def _total(response: HTTPResponse, have: int) -> int | None:
    length = response.headers.get("Content-Length")
    return have + int(length) if length is not None and length.isdigit() else None


def _check_space(part: Path, total: int | None, have: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if total is not None and total - have + _SPARE_BYTES > free:
        raise StorageError(
            f"{total:,} bytes do not fit on the disk ({free:,} are free)",
            hint="free some space, then try again",
        )


def _check_size(wish: _Wish, size: int) -> None:
    if wish.most is not None and size > wish.most:
        wish.part.unlink(missing_ok=True)
        raise DownloadError(
            f"{wish.url} has more than {wish.most:,} bytes", hint=f"check {wish.setting}"
        )


def _read(
    response: HTTPResponse, wish: _Wish, have: int, total: int | None, progress: Progress
) -> None:
    with wish.part.open("ab") as out:
        progress.advance(have, total, "downloading")
        while chunk := response.read1(CHUNK):
            out.write(chunk)
            have += len(chunk)
            _check_size(wish, have)
            progress.advance(have, total, "downloading")
            progress.check()


def _finish(url: str, part: Path, target: Path, told: _Told, sha256: str) -> Fetched:
    """Hold the whole file against the hashes, and give it its name."""
    size = _size(part)
    whole, blob = hashlib.sha256(), hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False)
    with part.open("rb+") as file:
        while chunk := file.read(CHUNK):
            whole.update(chunk)
            blob.update(chunk)
        file.flush()
    found = whole.hexdigest()
    right = found.startswith(sha256.lower()) and found.startswith(told.sha256)
    if not right or (told.blob and blob.hexdigest() != told.blob):
        part.unlink()
        raise DownloadError(
            f"{url} is not the file that was meant: its hash is {found[:16]}..., "
            f"not {(sha256 or told.sha256 or told.blob)[:16]}...",
            hint="what came was thrown away; try again, and check the address if it stays so",
        )
    part.replace(target)
    fsync_dir(target.parent)
    part.with_name(f"{part.name}.json").unlink(missing_ok=True)
    return Fetched(target, found, size, told.revision)


def _tag(note: Path) -> str:
    with suppress(FileNotFoundError, InvalidInputError, AttributeError):
        return str(read_json(note).get("tag", ""))
    return ""


def _size(path: Path) -> int:
    with suppress(FileNotFoundError):
        return path.stat().st_size
    return 0
