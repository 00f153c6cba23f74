"""A head as one file to hand on: a ZIP of its numbers, its card, its names and their hashes.

Taken in is such a ZIP, or the bare head.safetensors. Names, sizes and hashes of a ZIP are checked
before anything of it is read, and nothing in it can run.
"""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError, UnknownModelError
from sightline.formats.archive import ArchiveLimits, ZipContainer, read_json, read_whole
from sightline.formats.sinks import ZipSink
from sightline.heads.bundle import FILE, MAX_BYTES, HeadBundle, load, to_bytes
from sightline.store.model_plan import PICKLES

if TYPE_CHECKING:
    from collections.abc import Mapping

KIND: Final = "sightline-head"
VERSION: Final = 1
CARD: Final = "head.json"
NAMES: Final = "labelmap.txt"
MANIFEST: Final = "manifest.json"
KNOWN: Final = frozenset({FILE, CARD, NAMES, MANIFEST})
LIMITS: Final = ArchiveLimits(files=16, bytes=MAX_BYTES + (64 << 20))
_HINT: Final = "a head is what `sightline heads export` wrote: a ZIP, or its head.safetensors"


def pack(bundle: HeadBundle, name: str) -> bytes:
    """Return a head as a ZIP; the same head gives the same bytes.

    Args:
        bundle: The head.
        name: What it is called, for whoever takes it in.
    """
    card = json.dumps(bundle.card(), ensure_ascii=False, indent=1).encode()
    names = "".join(f"{one}\n" for one in bundle.classes).encode()
    parts = {FILE: to_bytes(bundle), CARD: card, NAMES: names}
    manifest = {
        "kind": KIND,
        "version": VERSION,
        "name": name,
        "files": {
            one: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            for one, data in parts.items()
        },
    }
    parts[MANIFEST] = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    out = io.BytesIO()
    with ZipSink(out) as target:
        for one, data in parts.items():
            target.add(one, io.BytesIO(data), len(data))
    return out.getvalue()


def unpack(file: Path, scratch: Path) -> tuple[HeadBundle, str]:
    """Return the head of a ZIP or a .safetensors file, and what it was called (empty: not said).

    Args:
        file: What somebody handed over.
        scratch: A folder for what is unpacked; whoever gives it empties it.

    Raises:
        UnknownModelError: There is no such file.
        InvalidInputError: It is no head, is damaged, or is not what its manifest says.
        TooLargeError: It would unpack to more than a head can be.
    """
    if not file.is_file():
        raise UnknownModelError(f"no file {file}", hint="check the path")
    suffix = file.suffix.lower()
    if suffix in PICKLES:
        raise InvalidInputError(
            f"{file.name} is a pickle and is never opened as a head",
            hint=f"turn it into one, which runs nothing of it: sightline heads convert {file.name}",
        )
    if suffix == ".safetensors":
        return load(file), ""
    if suffix != ".zip":
        raise InvalidInputError(f"{file.name} is no head", hint=_HINT)
    with file.open("rb") as opened:
        return _from_zip(ZipContainer(opened, file.name, limits=LIMITS), scratch)


def _from_zip(container: ZipContainer, scratch: Path) -> tuple[HeadBundle, str]:
    names = container.names()
    odd = [one for one in names if one not in KNOWN]
    if FILE not in names or odd:
        what = f"holds {odd[0][:100]}" if odd else f"lacks {FILE}"
        raise InvalidInputError(f"{container.name} is no head: it {what}", hint=_HINT)
    manifest = _manifest(read_json(container, MANIFEST) if MANIFEST in names else None)
    for one in names:
        facts = manifest["files"].get(one)
        if one != MANIFEST and facts is not None:
            _check(container, one, facts)
    target = scratch / FILE
    target.write_bytes(read_whole(container, FILE))
    called = manifest.get("name")
    return load(target), called if isinstance(called, str) else ""


def _manifest(found: Any) -> Mapping[str, Any]:
    if found is None:
        return {"files": {}}
    if not isinstance(found, dict) or found.get("kind") != KIND:
        raise InvalidInputError("its manifest is not that of a head", hint=_HINT)
    if found.get("version") != VERSION or not isinstance(found.get("files"), dict):
        raise InvalidInputError("it is of another version", hint="update Sightline, then again")
    return found


def _check(container: ZipContainer, name: str, facts: Any) -> None:
    wanted = facts.get("sha256") if isinstance(facts, dict) else None
    if hashlib.sha256(read_whole(container, name)).hexdigest() != wanted:
        raise InvalidInputError(
            f"{name} in {container.name} is not what its manifest says",
            hint="take a whole copy of it",
        )


def plain_name(file: Path) -> str:
    """Return what to call a head of this file, when nobody says."""
    stem = PurePosixPath(file.name).name
    for ending in (".zip", ".safetensors", ".pkl", ".pickle", ".joblib"):
        stem = stem.removesuffix(ending)
    return stem[:80] or "head"
