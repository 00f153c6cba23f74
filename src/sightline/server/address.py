"""Where a server listens, and how others reach it."""

from __future__ import annotations

import errno
import socket
import sys
from typing import Final

from sightline.core.errors import BusyError, ForbiddenError, InvalidInputError

_TRIES: Final = 50


def url_of(host: str, port: int) -> str:
    """Return the address under which this machine reaches the server."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - compared
    return f"http://{f'[{shown}]' if ':' in shown and shown[0] != '[' else shown}:{port}"


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one.

    Raises:
        BusyError: The port is taken; the hint names the next one that is free.
        ForbiddenError: The port may not be used.
        InvalidInputError: The address is none of this machine.
    """
    try:
        return _listen(host, port)
    except socket.gaierror as error:
        raise InvalidInputError(f"no address {host!r}", hint="use --host 127.0.0.1") from error
    except OSError as error:
        if error.errno in {errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", -1)}:
            raise BusyError(
                f"port {port} on {host} is in use", hint=_free_hint(host, port)
            ) from error
        if error.errno in {errno.EACCES, getattr(errno, "WSAEACCES", -1)}:
            raise ForbiddenError(
                f"port {port} may not be used", hint="use one above 1023, such as --port 8000"
            ) from error
        raise InvalidInputError(
            f"cannot listen on {host!r}: {error.strerror}", hint="use --host 127.0.0.1"
        ) from error


def _listen(host: str, port: int) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        if sys.platform == "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1_024)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener


def _free_hint(host: str, port: int) -> str:
    for other in range(port + 1, min(port + _TRIES, 65_536)):
        try:
            _listen(host, other).close()
        except OSError:
            continue
        return f"stop the program that has it, or use --port {other}, which is free"
    return "stop the program that has it, or use --port 0 for any free port"
