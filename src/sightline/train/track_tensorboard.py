"""TensorBoard files by TensorBoard's own writer, without torch and TensorFlow."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.train.track import Scalar

QUEUE, FLUSH_S = 1000, 5


class TensorBoard:
    """Writes events into a folder. TensorBoard's thread does the writing."""

    name = "TensorBoard"

    def __init__(self, folder: Path, step: int, spec: dict[str, Any]) -> None:
        """Open a new file; points of an earlier one above `step` are marked as purged.

        Args:
            folder: Of the run's event files.
            step: Steps that are done.
            spec: Settings by their dotted keys, for the table of hyperparameters.
        """
        from tensorboard.compat.proto.event_pb2 import Event, SessionLog
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.plugins.hparams.summary_v2 import hparams_pb
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        self.fault: Exception | None = None
        self._event, self._summary = Event, Summary
        began = folder.is_dir() and any(folder.iterdir())
        self._writer = EventFileWriter(str(folder), QUEUE, FLUSH_S)
        if began:
            mark = SessionLog(status=SessionLog.START)
            self._writer.add_event(Event(wall_time=time.time(), step=step + 1, session_log=mark))
        else:
            table = {key: _plain(value) for key, value in spec.items()}
            self._writer.add_event(Event(wall_time=time.time(), summary=hparams_pb(table)))

    def scalars(self, rows: Sequence[Scalar]) -> None:
        """Write figures."""
        for row in rows:
            value = self._summary.Value(tag=row.name, simple_value=row.value)
            summary = self._summary(value=[value])
            self._writer.add_event(self._event(wall_time=row.at, step=row.step, summary=summary))

    def files(self, paths: Sequence[Path]) -> None:
        """Keep none: they lie beside the events."""

    def close(self, _status: str) -> None:
        """Write what is held back."""
        self._writer.close()


def _plain(value: Any) -> bool | int | float | str:
    """Return a setting as the table of hyperparameters takes it."""
    return value if isinstance(value, bool | int | float | str) else str(value)
