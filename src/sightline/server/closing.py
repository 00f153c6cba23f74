"""The only place where an error becomes a close code of a WebSocket (RFC 6455, 4000-4999)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from sightline.core import errors

DONE: Final = 1000
BAD_MESSAGE: Final = 4400
NO_TOKEN: Final = 4401
FOREIGN: Final = 4403
UNKNOWN: Final = 4404
IDLE: Final = 4408
CONFLICT: Final = 4409
TOO_LARGE: Final = 4413
UNREADABLE: Final = 4415
TOO_MANY: Final = 4429
ENGINE: Final = 4500
SOURCE_LOST: Final = 4502
DISK: Final = 4507

CODES: Final[dict[type[errors.SightlineError], int]] = {
    errors.NotFoundError: UNKNOWN,
    errors.UnreadableImageError: UNREADABLE,
    errors.UnreadableMediaError: UNREADABLE,
    errors.InvalidInputError: BAD_MESSAGE,
    errors.ConflictError: CONFLICT,
    errors.ForbiddenError: FOREIGN,
    errors.TooLargeError: TOO_LARGE,
    errors.OverloadedError: TOO_MANY,
    errors.StorageError: DISK,
    errors.SourceLostError: SOURCE_LOST,
}
_REASON_BYTES: Final = 123
"""A close frame holds 125 bytes, two of them the code."""


@dataclass(frozen=True, slots=True)
class Farewell(Exception):  # noqa: N818 - an end, not always an error
    """Ends a conversation."""

    code: int
    error: errors.SightlineError | None = None


def farewell_of(error: errors.SightlineError) -> Farewell:
    """Return how a socket is closed for an error; what is not in the table is the engine's."""
    known = (CODES[kind] for kind in type(error).__mro__ if kind in CODES)
    return Farewell(next(known, ENGINE), error)


def bad_message(error: ValidationError) -> errors.InvalidInputError:
    """Return what is wrong with a message that does not fit its schema."""
    fault = error.errors()[0]
    where = ".".join(str(part) for part in fault["loc"]) or "message"
    return errors.InvalidInputError(
        f"{where}: {fault['msg']}", hint="the messages are described in docs/guide/stream.md"
    )


def reason_of(text: str) -> str:
    """Return a text cut to what a close frame can hold, at a whole character."""
    return text.encode()[:_REASON_BYTES].decode(errors="ignore")
