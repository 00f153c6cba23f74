"""The application over media and narrators that are not real."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fakes.narration import FakeNarrators, FakeShelf
from fakes.sockets import Socket
from sightline.app.streams.streams import Streams

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.http import Client
    from sightline.app import Workbench


@dataclass
class World:
    """What a test of a narration's socket needs."""

    client: Client
    bench: Workbench
    root: Path
    opened: list[Socket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.shelf, self.narrators = FakeShelf(self.root), FakeNarrators()
        self.streams = Streams(self.shelf, self.narrators, self.bench.settings, linger_s=0.0)

    def follow(self, **opening: Any) -> Socket:
        """Open a socket and send the opening message."""
        socket = Socket(self.client)
        socket.__enter__()
        self.opened.append(socket)
        socket.send(opening)
        return socket

    def close(self) -> None:
        """Close what was opened."""
        for socket in self.opened:
            socket.__exit__()
        self.streams.close()
