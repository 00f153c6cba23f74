"""Pictures in requests: raw bytes, files of a form, or base64 in JSON."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from sightline.core.errors import InvalidInputError, TooLargeError
from sightline.predict.rows import Picture
from sightline.server.forms import is_multipart, plain_name, refused
from sightline.server.schemas.serving import MAX_PICTURES, PredictBody


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request holds."""

    pictures: list[Picture]
    several: bool
    """Whether it is answered by a list, however many there are."""
    model: str | None = None
    top: int | None = None


async def read_pictures(request: Request) -> Asked:
    """Return the pictures of a request.

    Raises:
        InvalidInputError: It holds none.
        TooLargeError: It holds too many.
    """
    if is_multipart(request):
        return Asked(await _files(request), several=True)
    body = await request.body()
    if request.headers.get("content-type", "").lower().startswith("application/json"):
        return _from_json(body)
    if not body:
        raise InvalidInputError(
            "the request holds no picture",
            hint="curl --data-binary @photo.jpg, a form with files, or JSON with `image`",
        )
    return Asked([Picture("picture", body)], several=False)


async def _files(request: Request) -> list[Picture]:
    async with request.form(max_files=MAX_PICTURES + 1, max_fields=MAX_PICTURES) as form:
        files = [one for _, one in form.multi_items() if isinstance(one, UploadFile)]
        if not files:
            raise InvalidInputError("the form holds no file", hint="curl -F file=@photo.jpg")
        _check(len(files))
        return [Picture(plain_name(one.filename), await one.read()) for one in files]


def _from_json(body: bytes) -> Asked:
    try:
        found = PredictBody.model_validate_json(body)
    except ValidationError as error:
        raise refused(error) from error
    if (found.image is None) == (not found.images):
        raise InvalidInputError(
            "the body holds no picture, or both kinds of field",
            hint='send {"image": BASE64} or {"images": [BASE64, ...]}',
        )
    texts = [found.image] if found.image is not None else found.images or []
    _check(len(texts))
    names = ["picture"] if found.image is not None else [str(at) for at in range(len(texts))]
    pictures = [Picture(name, from_base64(text)) for name, text in zip(names, texts, strict=True)]
    return Asked(pictures, found.image is None, found.model, found.top)


def from_base64(text: str) -> bytes:
    """Return the bytes that a text stands for; a `data:` address counts, too.

    Raises:
        InvalidInputError: It is no base64.
    """
    _, found, rest = text.partition(";base64,") if text.startswith("data:") else ("", "", text)
    try:
        return base64.b64decode(rest if found else text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInputError(
            "a picture is not base64", hint="encode it as RFC 4648 says, without line breaks"
        ) from error


def _check(count: int) -> None:
    if count > MAX_PICTURES:
        raise TooLargeError(
            f"{count} pictures at once", hint=f"send at most {MAX_PICTURES} in a request"
        )
