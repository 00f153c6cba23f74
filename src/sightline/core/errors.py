"""Every error Sightline raises on purpose.

SightlineError
├── NotFoundError            no such thing
│   ├── ExpiredError         it was there, for a time
│   ├── UnknownProjectError, UnknownImageError, UnknownClassError, UnknownViewError
│   └── UnknownEngineError, UnknownModelError, UnknownRunError, UnknownJobError
├── InvalidInputError        the caller can mend it
│   ├── UnreadableImageError the file is not a picture that can be read
│   ├── UnreadableMediaError the file is neither a picture nor a clip that can be read
│   ├── ParityError          an exported model answers differently from its source
│   ├── AccuracyLossError    a smaller form of a model loses more than is allowed
│   └── WrongKeyError        it is locked with another key, or was changed since
├── ConflictError            it changed under you, or it is there already
│   └── BusyError            somebody else holds it
├── ForbiddenError           not allowed
├── TooLargeError            over a limit
├── OverloadedError          too much at once; try again
├── TimeLimitError           it took longer than is allowed
│   └── SlowRequestError     the request came in too slowly
├── StorageError             the disk or the database refuses
├── OutOfMemoryError         even the smallest batch does not fit
├── MissingExtraError        an optional package is not installed
├── MissingWeightsError      a model's file is not there
├── EngineFailedError        the process of an engine died or answered nonsense
│   └── ProcessLostError     one of the processes that worked together is gone
├── SourceLostError          a camera or a stream does not answer any more
├── DownloadError            a file could not be fetched whole
└── CancelledError           somebody asked it to stop
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


class SightlineError(Exception):
    """Base of all. `code` is stable for machines; `hint` says what to do next."""

    code: ClassVar[str] = "sightline"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def details(self) -> dict[str, Any]:
        """Return what a program may want to know besides code, message and hint."""
        return {}


class NotFoundError(SightlineError):
    """No such thing."""

    code = "not_found"
    exit_code = 4


class ExpiredError(NotFoundError):
    """It was there, for a time that is over."""

    code = "expired"


class UnknownProjectError(NotFoundError):
    """No project bears this name."""

    code = "unknown_project"


class UnknownImageError(NotFoundError):
    """No image has this id."""

    code = "unknown_image"


class UnknownClassError(NotFoundError):
    """No class has this id or name."""

    code = "unknown_class"


class UnknownViewError(NotFoundError):
    """The view is gone; views are disposable."""

    code = "unknown_view"


class UnknownEngineError(NotFoundError):
    """No engine bears this name."""

    code = "unknown_engine"


class UnknownModelError(NotFoundError):
    """No model has this id, name or path."""

    code = "unknown_model"


class UnknownRunError(NotFoundError):
    """No run has this id."""

    code = "unknown_run"


class UnknownJobError(NotFoundError):
    """No job has this id."""

    code = "unknown_job"


class InvalidInputError(SightlineError):
    """The caller can mend it."""

    code = "invalid_input"
    exit_code = 2


class UnreadableImageError(InvalidInputError):
    """The file is not a picture that can be read; `reason` is a short phrase."""

    code = "unreadable_image"

    def __init__(self, message: str, *, reason: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason

    def details(self) -> dict[str, Any]:
        """Return the short reason."""
        return {"reason": self.reason}


class UnreadableMediaError(InvalidInputError):
    """The file is neither a picture nor a clip that can be read; `reason` is a short phrase."""

    code = "unreadable_media"

    def __init__(self, message: str, *, reason: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason

    def details(self) -> dict[str, Any]:
        """Return the short reason."""
        return {"reason": self.reason}


class ParityError(InvalidInputError):
    """An exported model answers differently from its source."""

    code = "parity"
    exit_code = 6


class AccuracyLossError(InvalidInputError):
    """A smaller form of a model loses more than is allowed; `report` says how much."""

    code = "accuracy_loss"
    exit_code = 6

    def __init__(self, message: str, *, report: dict[str, Any], hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.report = report

    def details(self) -> dict[str, Any]:
        """Return what was measured."""
        return {"report": self.report}


class WrongKeyError(InvalidInputError):
    """It is locked with another key, or was changed since."""

    code = "wrong_key"


class ConflictError(SightlineError):
    """It changed under you, or it is there already; `current` is the state now."""

    code = "conflict"
    exit_code = 5

    def __init__(self, message: str, *, hint: str = "", current: list[Any] | None = None) -> None:
        super().__init__(message, hint=hint)
        self.current = current

    def details(self) -> dict[str, Any]:
        """Return the current state, when it is known."""
        return {} if self.current is None else {"current": self.current}


class BusyError(ConflictError):
    """Somebody else holds it."""

    code = "busy"


class ForbiddenError(SightlineError):
    """Not allowed."""

    code = "forbidden"
    exit_code = 3


class TooLargeError(SightlineError):
    """Over a limit."""

    code = "too_large"
    exit_code = 2


class OverloadedError(SightlineError):
    """Too much at once; try again, after about `retry_s` seconds."""

    code = "overloaded"
    exit_code = 7

    def __init__(self, message: str, *, hint: str = "", retry_s: float = 1.0) -> None:
        super().__init__(message, hint=hint)
        self.retry_s = retry_s


class TimeLimitError(SightlineError):
    """It took longer than is allowed."""

    code = "time_limit"
    exit_code = 7


class SlowRequestError(TimeLimitError):
    """The request came in too slowly."""

    code = "slow_request"


class StorageError(SightlineError):
    """The disk or the database refuses."""

    code = "storage"
    exit_code = 7


class OutOfMemoryError(SightlineError):
    """Even the smallest batch does not fit."""

    code = "out_of_memory"
    exit_code = 7


class MissingExtraError(SightlineError):
    """An optional package is not installed."""

    code = "missing_extra"
    exit_code = 3


class MissingWeightsError(SightlineError):
    """A model's file is not there."""

    code = "missing_weights"
    exit_code = 3


class EngineFailedError(SightlineError):
    """The process of an engine died or answered nonsense; the next request starts it anew."""

    code = "engine_failed"
    exit_code = 7


class ProcessLostError(EngineFailedError):
    """One of the processes that worked together died or does not answer."""

    code = "process_lost"


class SourceLostError(SightlineError):
    """A camera or a stream does not answer any more."""

    code = "source_lost"
    exit_code = 7


class DownloadError(SightlineError):
    """A file could not be fetched whole; what has come is kept, so that it can go on."""

    code = "download"
    exit_code = 7


class CancelledError(SightlineError):
    """Somebody asked it to stop; what was done so far is kept."""

    code = "cancelled"
    exit_code = 130


def rebuilt(code: str, message: str, hint: str) -> SightlineError:
    """Return the error that another process told by its code; EngineFailedError when unknown."""
    waiting: list[type[SightlineError]] = [SightlineError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.code == code and kind is not UnreadableImageError:
            return kind(message, hint=hint)
    return EngineFailedError(message, hint=hint)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a hint that names the nearest known names, else all of them (at most ten)."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]!r}?"
    shown = ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")  # noqa: PLR2004
    return f"known: {shown}" if names else "there are none yet"
