"""The only place where an error becomes a status and a problem document."""

from __future__ import annotations

import errno
import logging
import math
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sightline.core import errors

log = logging.getLogger("sightline.server")

MEDIA_TYPE: Final = "application/problem+json"

STATUS: Final[dict[type[errors.SightlineError], int]] = {
    errors.NotFoundError: 404,
    errors.ExpiredError: 410,
    errors.InvalidInputError: 422,
    errors.ConflictError: 409,
    errors.ForbiddenError: 403,
    errors.TooLargeError: 413,
    errors.OverloadedError: 429,
    errors.TimeLimitError: 504,
    errors.SlowRequestError: 408,
    errors.StorageError: 507,
    errors.OutOfMemoryError: 507,
    errors.MissingExtraError: 501,
    errors.MissingWeightsError: 501,
    errors.EngineFailedError: 503,
    errors.SourceLostError: 502,
    errors.DownloadError: 502,
    errors.CancelledError: 409,
}
_FULL: Final = {errno.ENOSPC, errno.EDQUOT}
_REFUSED: Final = {errno.EACCES, errno.EPERM, errno.EROFS}

_PLAIN: Final[dict[str, str]] = {
    "missing": "is missing",
    "extra_forbidden": "is not a field here",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "string_type": "must be text",
    "string_unicode": "must be text in Unicode",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "none_required": "must be null",
    "literal_error": "must be one of {expected}",
    "enum": "must be one of {expected}",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "is not as it was handed out",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "json_invalid": "is not valid JSON: {error}",
}


def status_of(error: errors.SightlineError) -> int:
    """Return the status of the nearest ancestor in the table, else 500."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def problem(
    status: int,
    code: str,
    message: str,
    hint: str = "",
    *,
    headers: dict[str, str] | None = None,
    **details: Any,
) -> JSONResponse:
    """Return a problem document: `status`, `code`, `message`, `hint` and what else is known."""
    body = {**details, "status": status, "code": code, "message": message, "hint": hint}
    return JSONResponse(body, status_code=status, headers=headers, media_type=MEDIA_TYPE)


def of_error(fault: errors.SightlineError, **more: Any) -> JSONResponse:
    """Return the problem document of an error that Sightline raised on purpose."""
    status = status_of(fault)
    headers = {}
    if isinstance(fault, errors.OverloadedError):
        headers["retry-after"] = str(max(1, math.ceil(fault.retry_s)))
    if isinstance(fault, errors.SlowRequestError):
        headers["connection"] = "close"  # the rest of the body will not be read
    details = {**fault.details(), **more}
    return problem(status, fault.code, str(fault), fault.hint, headers=headers, **details)


def install(app: FastAPI) -> None:
    """Answer whatever a route raises with a problem document."""
    app.add_exception_handler(errors.SightlineError, _of_sightline)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(OSError, _of_os)


async def _of_sightline(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, errors.SightlineError):
        raise error
    return of_error(error)


async def _of_validation(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    faults = [_fault(one) for one in error.errors()[:20]]
    message = "; ".join(f"{one['field']} {one['message']}" for one in faults[:3])
    if len(faults) > 3:  # noqa: PLR2004 - three fit on a line
        message += f"; and {len(faults) - 3} more"
    hint = f"what {request.method} {request.url.path} takes is in {_document(request)}"
    return problem(422, errors.InvalidInputError.code, message, hint, errors=faults)


def _fault(one: dict[str, Any]) -> dict[str, str]:
    """Return the field's path (`body.changes[0].image_id`) and what is wrong, in plain words."""
    field = ""
    for part in one["loc"]:
        if one["type"] == "json_invalid" and isinstance(part, int):
            break
        field += f"[{part}]" if isinstance(part, int) else f"{'.' if field else ''}{part}"
    said = str(one["msg"]).removeprefix("Value error, ")
    words = _PLAIN.get(one["type"])
    if words is not None:
        said = words.format_map(one.get("ctx") or {})
    return {"field": field or "body", "message": said}


async def _of_http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    where = f"{request.method} {request.url.path}"
    headers = dict(error.headers or {})
    if error.status_code == 404:  # noqa: PLR2004
        hint = f"every address is listed in {_document(request)}"
        return problem(404, "unknown_route", f"there is nothing at {where}", hint)
    if error.status_code == 405:  # noqa: PLR2004
        hint = f"allowed here: {headers.get('Allow') or f'see {_document(request)}'}"
        return problem(405, "method_not_allowed", f"{where} is not possible", hint, headers=headers)
    hint = f"compare it with {_document(request)}"
    return problem(error.status_code, errors.InvalidInputError.code, error.detail, hint)


def _document(request: Request) -> str:
    return str(request.app.openapi_url)


async def _of_os(_: Request, error: Exception) -> JSONResponse:
    number = getattr(error, "errno", None)
    if number in _FULL:
        hint = "free some space and try again: nothing that was saved is lost"
        return problem(507, errors.StorageError.code, "the disk is full", hint)
    if number in _REFUSED:
        hint = "check the permissions of the workspace folder"
        return problem(507, errors.StorageError.code, f"the system refuses: {error}", hint)
    raise error


class Net:
    """Catches what nobody foresaw: one log line with the trace, and a 500 that says where it is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; answer for it when it fails."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            log.exception("%s %s failed: %s", scope["method"], scope["path"], type(error).__name__)
            if started:
                raise
            hint = "the trace is in the folder logs of the workspace: please report it"
            answer = problem(500, "internal", f"something broke: {type(error).__name__}", hint)
            await answer(scope, receive, send)
