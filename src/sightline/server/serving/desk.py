"""What the routes of `serve` may ask for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.requests import ClientDisconnect

from sightline.app.serving.metrics import Metrics
from sightline.app.serving.serving import Loaded, Serving, Slot
from sightline.core.errors import SlowRequestError, TimeLimitError
from sightline.predict.rows import Picture, Row
from sightline.store.models import ModelStore


@dataclass(slots=True)
class Desk:
    """The models, and the limits under which they answer."""

    serving: Serving
    models: ModelStore
    """From where others may be taken."""
    timeout_s: float
    metrics: Metrics | None = None
    started: float = field(default_factory=time.monotonic)
    ready: bool = False
    """Whether new requests are welcome: not before the start's end, not after a signal to stop."""
    _coming: int = 0
    """Requests that are being read."""

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """Bound the time in which a request must have come in, and how many come in at once.

        What would be refused is not read first: bodies take memory.

        Raises:
            OverloadedError: Too many wait, or are being read.
            SlowRequestError: It had not come in by then, or never will.
        """
        self.serving.check_room(self._coming)
        self._coming += 1
        try:
            async with asyncio.timeout(self.timeout_s):
                yield
        except TimeoutError as error:
            raise SlowRequestError(
                f"the request took longer than {self.timeout_s:g} s to come in",
                hint="send it faster, or raise serve_timeout_s",
            ) from error
        except ClientDisconnect as error:
            raise SlowRequestError("the client went away", hint="nobody hears this") from error
        finally:
            self._coming -= 1

    async def look(self, slot: Slot, pictures: Sequence[Picture]) -> list[tuple[Loaded, Row]]:
        """Return each picture's row, in order, with the version that said it.

        Raises:
            OverloadedError: Too many wait.
            TimeLimitError: It takes longer than is allowed; what had not begun is left undone.
        """
        return await self._within([_looking(picture) for picture in pictures], slot)

    async def run(self, slot: Slot, work: Callable[[Loaded], Any]) -> Any:
        """Do other work on a model under the same limits."""
        return (await self._within([work], slot))[0]

    async def _within(self, works: Sequence[Callable[[Loaded], Any]], slot: Slot) -> list[Any]:
        """Queue every work, only the first of which may be refused, and wait for all."""
        waiting = [
            asyncio.wrap_future(self.serving.submit(slot, work, refuse=number == 0))
            for number, work in enumerate(works)
        ]
        try:
            async with asyncio.timeout(self.timeout_s):
                return [await one for one in waiting]
        except TimeoutError as error:
            raise TimeLimitError(
                f"no answer within {self.timeout_s:g} s",
                hint="try again later, or raise serve_timeout_s",
            ) from error
        finally:
            for one in waiting:
                one.cancel()


def _looking(picture: Picture) -> Callable[[Loaded], tuple[Loaded, Row]]:
    return lambda loaded: (loaded, loaded.look(picture))


async def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(_desk)]
