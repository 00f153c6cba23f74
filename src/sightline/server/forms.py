"""Files that come in as multipart/form-data."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import PurePosixPath
from typing import Any, Final

from fastapi import Request
from starlette.datastructures import UploadFile

from sightline.core.errors import InvalidInputError

MAX_FILES: Final = 10_000
_MAX_FIELDS: Final = 100

FILES_BODY: Final[dict[str, Any]] = {
    "schema": {
        "type": "object",
        "required": ["files"],
        "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
    }
}
"""How OpenAPI writes the body down."""


def is_multipart(request: Request) -> bool:
    """Tell whether the body holds files."""
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


@asynccontextmanager
async def uploaded(request: Request) -> AsyncIterator[list[tuple[str, UploadFile]]]:
    """Give (name, file) of each file in the field `files`; large ones lie on disk meanwhile.

    Raises:
        InvalidInputError: The body is no such form, or holds no file.
    """
    if not is_multipart(request):
        raise InvalidInputError(
            "this takes multipart/form-data", hint="send the pictures in the field `files`"
        )
    async with request.form(max_files=MAX_FILES, max_fields=_MAX_FIELDS) as form:
        found = [
            (_plain_name(one.filename), one)
            for one in form.getlist("files")
            if isinstance(one, UploadFile)
        ]
        if not found:
            raise InvalidInputError(
                "the form holds no file", hint="send the pictures in the field `files`"
            )
        yield found


def _plain_name(given: str | None) -> str:
    """Return the last part of a name that a browser gave; it decides about no path."""
    name = PurePosixPath((given or "").replace("\\", "/").replace("\0", "")).name
    return name[-200:] or "picture"
