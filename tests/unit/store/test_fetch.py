"""A download goes on where it stopped, is checked, and is whole or not there."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from fakes.hub import Hub, running_hub
from sightline.core.errors import (
    CancelledError,
    DownloadError,
    InvalidInputError,
    NotFoundError,
    StorageError,
)
from sightline.core.progress import Silent
from sightline.store import fetch as module
from sightline.store.fetch import fetch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DATA = bytes(range(256)) * 4_000
SHA = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def hub() -> Iterator[Hub]:
    with running_hub() as made:
        made.files = {"/w.safetensors": DATA, "/config.json": b"{}", "/models/net.pth": DATA}
        yield made


class Waits:
    """Remembers the pauses instead of making them."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


class Stop(Silent):
    """Stops after the first piece."""

    def check(self) -> None:
        raise CancelledError("stopped")


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_comes_whole_with_the_hash_that_the_hub_tells(hub: Hub, tmp_path: Path) -> None:
    got = fetch(f"{hub.url}/w.safetensors", tmp_path / "w")
    assert (got.sha256, got.bytes, got.revision) == (SHA, len(DATA), "c0ffee")
    assert (tmp_path / "w").read_bytes() == DATA
    assert leftovers(tmp_path) == ["w"]
    small = fetch(f"{hub.url}/config.json", tmp_path / "config.json")
    assert small.bytes == 2


def test_a_broken_connection_goes_on_where_it_broke(hub: Hub, tmp_path: Path) -> None:
    hub.drop_after, hub.drops = 300_000, 2
    waits = Waits()
    fetch(f"{hub.url}/w.safetensors", tmp_path / "w", pause=waits)
    assert (tmp_path / "w").read_bytes() == DATA
    ranges = [wanted for path, wanted in hub.asked if path.startswith("/cdn")]
    assert ranges == ["", "bytes=300000-", "bytes=600000-"]
    assert waits.seconds == [module.WAIT_S, module.WAIT_S], "what brings something is not counted"


def test_a_stopped_download_is_gone_on_with_by_the_next_call(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(CancelledError):
        fetch(f"{hub.url}/w.safetensors", tmp_path / "w", progress=Stop())
    assert leftovers(tmp_path) == ["w.part", "w.part.json"]
    have = (tmp_path / "w.part").stat().st_size
    assert have > 0
    fetch(f"{hub.url}/w.safetensors", tmp_path / "w")
    assert hub.asked[-1][1] == f"bytes={have}-"


@pytest.mark.parametrize("why", ["changed", "no ranges", "unknown part", "already whole"])
def test_a_part_that_cannot_be_gone_on_with_is_begun_anew(
    hub: Hub, tmp_path: Path, why: str
) -> None:
    with pytest.raises(CancelledError):
        fetch(f"{hub.url}/w.safetensors", tmp_path / "w", progress=Stop())
    data = DATA
    if why == "changed":
        data = hub.files["/w.safetensors"] = DATA[::-1]
    elif why == "no ranges":
        hub.ranges = False
    elif why == "unknown part":
        (tmp_path / "w.part.json").unlink()
    else:
        (tmp_path / "w.part").write_bytes(DATA)
    fetch(f"{hub.url}/w.safetensors", tmp_path / "w", pause=Waits())
    assert (tmp_path / "w").read_bytes() == data


@pytest.mark.parametrize("asked", ["server", "name", "blob"])
def test_another_file_than_was_meant_is_thrown_away(hub: Hub, tmp_path: Path, asked: str) -> None:
    url, sha = f"{hub.url}/w.safetensors", ""
    if asked == "server":
        hub.wrong_hash = True
    elif asked == "name":
        url, sha = f"{hub.url}/models/net.pth", "deadbeef"
    else:
        url, hub.wrong_hash = f"{hub.url}/config.json", True
    with pytest.raises(DownloadError, match="not the file that was meant"):
        fetch(url, tmp_path / "w", sha256=sha)
    assert "w" not in leftovers(tmp_path)
    assert "w.part" not in leftovers(tmp_path)


def test_refusals_tell_the_next_step(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no"):
        fetch(f"{hub.url}/none", tmp_path / "w")
    hub.status = {"/gated": 401, "/teapot": 418, "/busy": 503}
    with pytest.raises(DownloadError, match="not open to everybody") as caught:
        fetch(f"{hub.url}/gated", tmp_path / "w")
    assert "models add" in caught.value.hint
    with pytest.raises(DownloadError, match="status 418"):
        fetch(f"{hub.url}/teapot", tmp_path / "w")
    waits = Waits()
    with pytest.raises(DownloadError, match="status 503"):
        fetch(f"{hub.url}/busy", tmp_path / "w", tries=3, pause=waits)
    assert waits.seconds == [2.0, 4.0]


def test_without_a_network_the_next_step_is_told(tmp_path: Path) -> None:
    with running_hub() as hub:
        url = hub.url
    with pytest.raises(DownloadError, match="refused") as caught:
        fetch(f"{url}/w", tmp_path / "w", tries=2, pause=Waits())
    assert "check the network" in caught.value.hint


def test_addresses_of_other_kinds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError):
        fetch("file:///etc/passwd", tmp_path / "w")


def test_what_does_not_fit_on_the_disk_is_not_begun(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SPARE_BYTES", 1 << 60)
    with pytest.raises(StorageError, match="do not fit"):
        fetch(f"{hub.url}/w.safetensors", tmp_path / "w")
