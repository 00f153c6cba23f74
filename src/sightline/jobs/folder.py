"""What a job keeps on disk.

    jobs/<id>/job.json       what was asked
    jobs/<id>/child.json     which process works on it
    jobs/<id>/lock           held by that process; the system takes it from the dead
    jobs/<id>/events.jsonl   progress and facts, a JSON object a line: {"t", "kind", ...}
    jobs/<id>/log.txt        what it said, and all that its process printed
    jobs/<id>/cancel         there when somebody asked it to stop
    jobs/<id>/result.json    written before it ends well; error.json when it ends otherwise

What belongs to one attempt carries the attempt's number, so that a resumed job is not taken for
the one that it continues.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sightline.core.errors import InvalidInputError, UnknownJobError
from sightline.core.files import read_json, write_json
from sightline.store.locks import FileLock, is_locked

if TYPE_CHECKING:
    from pathlib import Path

LOG_READ_BYTES: Final = 256 * 2**10


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an attempt ended."""

    state: str
    """done, failed or cancelled."""
    attempt: int
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    done: int = 0
    total: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """The process that works on an attempt."""

    attempt: int
    pid: int
    created: float
    """When the process began, as the system tells it: pids are used again."""
    oom_kills: int
    """How many processes the system had killed for want of memory before."""
    inline: bool = False
    """It does other things besides this job, and is not to be killed for it."""


class LogPart(NamedTuple):
    """A piece of a log, and from which byte the next one begins."""

    text: str
    next: int


class JobFolder:
    """The files of one job."""

    def __init__(self, root: Path, job_id: str) -> None:
        if not job_id.isalnum() or not job_id.isascii():
            raise UnknownJobError(f"no job {job_id!r}", hint="see `sightline jobs list`")
        self.path = root / job_id
        self.events = self.path / "events.jsonl"
        self.log = self.path / "log.txt"

    def create(self, asked: dict[str, Any]) -> None:
        """Make the folder and write down what was asked."""
        self.path.mkdir(parents=True, exist_ok=True)
        write_json(self.path / "job.json", asked)
        self.log.touch()

    def lock(self) -> FileLock:
        """Return the lock, not yet taken."""
        return FileLock(self.path / "lock")

    def is_locked(self) -> bool:
        """Tell whether a living process works on it."""
        return is_locked(self.path / "lock")

    def ask_cancel(self, attempt: int) -> None:
        """Ask the attempt to stop; asking again does not start the grace anew."""
        if not self.cancel_asked(attempt):
            write_json(self.path / "cancel", {"attempt": attempt})

    def cancel_asked(self, attempt: int) -> bool:
        """Tell whether somebody asked this attempt to stop; an empty file asks any."""
        return self.cancel_time(attempt) is not None

    def cancel_time(self, attempt: int) -> float | None:
        """Return when it was asked to stop, seconds since 1970; None when it was not."""
        flag = self.path / "cancel"
        try:
            at = flag.stat().st_mtime
            asked = _read(flag)
        except FileNotFoundError:
            return None
        return at if asked is None or asked.get("attempt") == attempt else None

    def clear_cancel(self) -> None:
        """Forget that it was asked to stop."""
        (self.path / "cancel").unlink(missing_ok=True)

    def write_child(self, child: Child) -> None:
        """Write down which process works on it."""
        write_json(self.path / "child.json", asdict(child))

    def child(self, attempt: int) -> Child | None:
        """Return the process of an attempt, None before it was started."""
        with suppress(FileNotFoundError, TypeError):
            child = Child(**(_read(self.path / "child.json") or {}))
            return child if child.attempt == attempt else None
        return None

    def write_outcome(self, outcome: Outcome) -> None:
        """Write down how the attempt ended."""
        name = "result.json" if outcome.state == "done" else "error.json"
        write_json(self.path / name, asdict(outcome))

    def outcome(self, attempt: int) -> Outcome | None:
        """Return how the attempt ended, None when it did not say."""
        for name in ("result.json", "error.json"):
            with suppress(FileNotFoundError, TypeError):
                outcome = Outcome(**(_read(self.path / name) or {}))
                if outcome.attempt == attempt:
                    return outcome
        return None

    def read_log(self, after: int) -> LogPart:
        """Return the log from byte `after`, whole characters only, and where to go on."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, after))
                raw = file.read(LOG_READ_BYTES)
        except FileNotFoundError:
            return LogPart("", 0)
        cut = _whole_characters(raw)
        return LogPart(raw[:cut].decode("utf-8", "replace"), max(0, after) + cut)

    def remove(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.path, ignore_errors=True)


def _read(path: Path) -> dict[str, Any] | None:
    """Return a JSON object, None when the file holds something else."""
    try:
        found = read_json(path)
    except InvalidInputError:
        return None
    return found if isinstance(found, dict) else None


def _whole_characters(raw: bytes) -> int:
    """Return how many bytes lie before a UTF-8 character that is cut off at the end."""
    for back in range(1, min(4, len(raw)) + 1):
        byte = raw[-back]
        if byte < 0x80:  # noqa: PLR2004 - ASCII
            return len(raw)
        if byte >= 0xC0:  # noqa: PLR2004 - the first byte of a longer character
            length = 2 + (byte >= 0xE0) + (byte >= 0xF0)  # noqa: PLR2004
            return len(raw) if back >= length else len(raw) - back
    return len(raw)
