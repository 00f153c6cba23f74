"""A file in an answer that is kept open until all of it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.responses import FileResponse

if TYPE_CHECKING:
    from contextlib import ExitStack
    from pathlib import Path

    from starlette.types import Receive, Scope, Send


class LentFile(FileResponse):
    """Sends a file, then lets go of what lent it, however the sending ends."""

    def __init__(self, path: Path, lent: ExitStack, **options: Any) -> None:
        super().__init__(path, **options)
        self._lent = lent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        with self._lent:
            await super().__call__(scope, receive, send)
