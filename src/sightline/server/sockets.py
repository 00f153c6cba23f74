"""How uvicorn speaks WebSocket: by the `websockets` package, imported with the first socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio

    from sightline.settings import Settings


def socket_options(settings: Settings) -> dict[str, Any]:
    """Return what `uvicorn.Config` needs to know of sockets.

    A frame over the limit is refused with close code 4413; one over twice the limit is not even
    taken off the wire (1009). Nothing is compressed: frames are JPEG files, texts are short.
    """
    return {
        "ws": _protocol,
        "ws_max_size": 2 * settings.stream_frame_mb * 1_000_000,
        "ws_per_message_deflate": False,
    }


def _protocol(**parts: Any) -> asyncio.Protocol:
    """Return the protocol of one connection that asked to become a socket."""
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

    return WebSocketsSansIOProtocol(**parts)
