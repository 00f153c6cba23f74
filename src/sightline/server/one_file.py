"""One large file in a request, handed on while it comes in; nothing of it is kept on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from sightline.core.errors import InvalidInputError
from sightline.server.forms import is_multipart, plain_name

PIECE: Final = 1 << 20
"""Bytes that are gathered before they are handed on."""
FILE_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
"""How OpenAPI writes the body down."""
_HINT: Final = "send one file in the field `file`, or as the body with its own content type"


class OneFile:
    """The first file of multipart/form-data, or else the whole body."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self.name = ""
        """As the form gave it, known before the first piece."""

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield its bytes; the first piece may be empty, and comes when the file begins.

        Raises:
            InvalidInputError: It is no such form, holds no file, or broke off.
        """
        if is_multipart(self._request):
            form = _Form(self._request.headers["content-type"])
            source = self._of_form(form)
        else:
            source = self._request.stream()
        gathered = bytearray()
        try:
            async for data in source:
                gathered += data
                if len(gathered) >= PIECE or not data:
                    yield bytes(gathered)
                    gathered.clear()
        except ClientDisconnect as error:
            raise _broken_off() from error
        yield bytes(gathered)

    async def _of_form(self, form: _Form) -> AsyncIterator[bytes]:
        begun = False
        async for data in self._request.stream():
            form.feed(data)
            if form.begun and not begun:
                self.name, begun = plain_name(form.name), True
                yield b""
            if form.ready:
                yield bytes(form.ready)
                form.ready.clear()
        form.finish()


class _Form:
    """The state of a form while it is parsed."""

    def __init__(self, content_type: str) -> None:
        _, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if not boundary:
            raise InvalidInputError("the form names no boundary", hint=_HINT)
        self.ready = bytearray()
        self.name = ""
        self.begun = False
        self._ended = False
        self._inside = False
        self._whole = False
        self._header = (bytearray(), bytearray())
        callbacks: dict[str, Callable[..., None]] = {
            "on_part_begin": self._begin,
            "on_header_field": self._field,
            "on_header_value": self._value,
            "on_header_end": self._line,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._last,
        }
        self._parser = MultipartParser(boundary, callbacks)  # type: ignore[arg-type]

    def feed(self, data: bytes) -> None:
        """Parse a piece; what belongs to the file is `ready`."""
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise InvalidInputError(f"the form cannot be read: {error}", hint=_HINT) from error

    def finish(self) -> None:
        """Make sure that a file was there, and all of it."""
        if self.begun and not (self._ended and self._whole):
            raise _broken_off()
        if not self.begun:
            raise InvalidInputError("the form holds no file", hint=_HINT)

    def _begin(self) -> None:
        self._header = (bytearray(), bytearray())

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _line(self) -> None:
        field, value = self._header
        self._header = (bytearray(), bytearray())
        if field.lower() != b"content-disposition" or self.begun:
            return
        _, options = parse_options_header(bytes(value))
        if b"filename" in options:
            self.name = options[b"filename"].decode("utf-8", "replace")
            self.begun = self._inside = True

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._inside:
            self.ready += data[start:end]

    def _end(self) -> None:
        self._ended = self._ended or self._inside
        self._inside = False

    def _last(self) -> None:
        self._whole = True


def _broken_off() -> InvalidInputError:
    return InvalidInputError("the upload broke off", hint="nothing of it was kept: send it again")
