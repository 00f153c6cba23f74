"""Logs: JSON lines in the workspace that rotate, and short lines for people on standard error."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

access_log = logging.getLogger("sightline.access")

MAX_BYTES: Final = 10_000_000
KEEP: Final = 5
FLUSH_S: Final = 0.25
SLOW_S: Final = 1.0
"""An answer that takes longer is worth a line."""
LEVELS: Final = ("debug", "info", "warning", "error")
_NAMES: Final = ("sightline", "uvicorn", "alembic")
_SECRETS: Final = re.compile(
    r"(?i)((?:bearer\s+|[?&](?:token|key|password|secret)=|(?:token|password|secret|api_?key)"
    r"[\"']?\s*[:=]\s*[\"']?))([^\s\"'&,}]+)|(://[^\s:/@]+:)([^\s@/]+)(?=@)"
)
_FIELDS: Final = ("method", "path", "status", "ms", "client")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` with tokens, keys and the passwords of URLs starred out."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return _SECRETS.sub(lambda m: f"{m.group(1) or m.group(3)}***", text)


class JsonLines(logging.Formatter):
    """One object per line: time (UTC, RFC 3339), level, logger, message, and request fields."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "at": when.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        clean = {
            key: redact(value, self._secrets) if isinstance(value, str) else value
            for key, value in line.items()
        }
        return json.dumps(clean, ensure_ascii=False, default=str)


class ForPeople(logging.Formatter):
    """`warning: what happened`, without traces: those are in the file."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        level = "" if record.levelno == logging.INFO else f"{record.levelname.lower()}: "
        return redact(f"{level}{record.getMessage()}", self._secrets)


class LogFile(logging.Handler):
    """A file that rotates, written by a thread of its own: no request waits for the disk.

    Lines reach the file within `FLUSH_S`, warnings and errors at once.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._lines: list[str] = []
        self._writing = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line for the thread."""
        self._lines.append(self.format(record))
        if record.levelno >= logging.WARNING:
            self.flush()

    def flush(self) -> None:
        """Write what is kept."""
        self.acquire()
        lines, self._lines = self._lines, []
        self.release()
        if lines:
            # A full disk must not stop what the log is about.
            with self._writing, contextlib.suppress(OSError):
                self._write(lines)

    def close(self) -> None:
        """Write the rest and end the thread."""
        self._stop.set()
        self._thread.join()
        self.flush()
        super().close()

    def _run(self) -> None:
        while not self._stop.wait(FLUSH_S):
            self.flush()

    def _write(self, lines: list[str]) -> None:
        waiting = [f"{line}\n".encode("utf-8", "backslashreplace") for line in lines]
        while waiting:
            with self._path.open("ab") as file:
                size = file.tell()
                while waiting and (size == 0 or size + len(waiting[0]) <= MAX_BYTES):
                    size += file.write(waiting.pop(0))
            if waiting:
                self._rotate()

    def _rotate(self) -> None:
        for number in range(KEEP - 1, 0, -1):
            newer = self._path.with_name(f"{self._path.name}.{number}")
            if newer.exists():
                newer.replace(self._path.with_name(f"{self._path.name}.{number + 1}"))
        self._path.replace(self._path.with_name(f"{self._path.name}.1"))


class Logging:
    """The handlers of a running server; `close` takes them away again."""

    def __init__(
        self,
        folder: Path,
        *,
        level: str = "info",
        secrets: tuple[str, ...] = (),
        console: bool = True,
        file_name: str = "server.log",
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        threshold = getattr(logging, level.upper(), logging.INFO)
        file = LogFile(folder / file_name)
        file.setFormatter(JsonLines(secrets))
        file.setLevel(threshold)
        self._handlers: list[logging.Handler] = [file]
        if console:
            people = logging.StreamHandler()
            people.setFormatter(ForPeople(secrets))
            people.setLevel(max(threshold, logging.WARNING) if level != "debug" else logging.DEBUG)
            self._handlers.append(people)
        # of each form that is none; who sent it is answered
        logging.getLogger("python_multipart").setLevel(logging.ERROR)
        self._before = {name: logging.getLogger(name).level for name in _NAMES}
        for name in _NAMES:
            logger = logging.getLogger(name)
            logger.setLevel(threshold if name == "sightline" else max(threshold, logging.INFO))
            for handler in self._handlers:
                logger.addHandler(handler)

    def close(self) -> None:
        """Flush and detach the handlers."""
        for name in _NAMES:
            logger = logging.getLogger(name)
            logger.setLevel(self._before[name])
            for handler in self._handlers:
                logger.removeHandler(handler)
        for handler in self._handlers:
            handler.close()


class AccessLog:
    """Tells the log about answers: failures and slow ones as `info`, the rest as `debug`.

    What was changed and by whom stands in the journal.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with a stop watch."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            _tell(scope, status, time.perf_counter() - start)


def _tell(scope: Scope, status: int, seconds: float) -> None:
    method, path = scope["method"], scope["path"]
    told = status >= 400 or seconds >= SLOW_S  # noqa: PLR2004
    level = logging.INFO if told else logging.DEBUG
    if not access_log.isEnabledFor(level):
        return
    milliseconds = round(seconds * 1000, 1)
    client = scope.get("client")
    fields = {
        "method": method,
        "path": path,
        "status": status,
        "ms": milliseconds,
        "client": client[0] if client else "",
    }
    access_log.log(level, "%s %s %d %.1f ms", method, path, status, milliseconds, extra=fields)
