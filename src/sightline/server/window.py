"""A window of its own for the page: the server in a child process, pywebview in this one.

A toolkit wants the main thread, and so does a server that ends cleanly by signals.
"""

from __future__ import annotations

import subprocess
import sys
import webbrowser
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError, MissingExtraError, SightlineError
from sightline.core.files import read_json
from sightline.core.packages import installed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

SIZE: Final = (1400, 900)
"""Width and height, pixels."""
GRACE_S: Final = 20


def show(
    workspace: Path,
    options: Sequence[str] = (),
    *,
    fall_back: Callable[[str], object] = webbrowser.open,
) -> None:
    """Serve a workspace and show its page in a window, until the window is closed.

    A server that runs on the workspace already is shown, and left running. Where no window can be
    opened (no screen, no toolkit) the page is opened in the browser, until the server ends.

    Args:
        workspace: Its folder.
        options: Further words for `up`.
        fall_back: Opens an address in a browser.

    Raises:
        MissingExtraError: pywebview is not installed.
        SightlineError: The server does not start; the message is its own.
    """
    if not installed("webview"):
        raise MissingExtraError(
            "pywebview is not installed", hint="pip install 'sightline[desktop]', or leave --window"
        )
    with _served(workspace, options) as (address, child):
        if not _window(address):
            _say(f"No window can be opened here: the page is at {address}")
            fall_back(address)
            if child is not None:
                child.wait()


@contextmanager
def _served(
    workspace: Path, options: Sequence[str]
) -> Iterator[tuple[str, subprocess.Popen[str] | None]]:
    """Give the page's address, and the server's process if it was started for this."""
    command = [sys.executable, "-m", "sightline", "--workspace", str(workspace)]
    child = subprocess.Popen(  # noqa: S603 - this program itself
        [*command, "up", "--no-browser", *options], stdout=subprocess.PIPE, text=True
    )
    try:
        lines = iter(child.stdout or ())
        address = next((word for line in lines for word in line.split() if "://" in word), None)
        if address is None:
            child.wait()
            yield _running(workspace), None
        else:
            yield address, child
    finally:
        _end(child)


def _running(workspace: Path) -> str:
    """Return the address of the server that has the workspace."""
    try:
        return str(read_json(workspace / "server.json")["url"])
    except (OSError, InvalidInputError, KeyError, TypeError) as error:
        raise SightlineError(
            "the server did not start", hint="the lines above say why; see also `sightline doctor`"
        ) from error


def _end(child: subprocess.Popen[str]) -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    if child.stdout is not None:
        child.stdout.close()


def _window(address: str) -> bool:
    """Show an address until the window is closed; False: no window can be opened."""
    import webview

    try:
        webview.create_window("Sightline", address, width=SIZE[0], height=SIZE[1])
        webview.start(private_mode=False)
    except webview.errors.WebViewException:
        return False
    return True


def _say(text: str) -> Any:
    sys.stderr.write(f"{text}\n")
