"""Models are fetched from a hub (here a real server on this machine), checked, added once."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any

import pytest

from fakes.hub import Hub, running_hub
from fakes.sam_graphs import circle_pair
from fakes.tiny_captioners import save_captioner
from fakes.tiny_models import save_transformer, save_weights
from sightline.app import Workbench, open_workbench
from sightline.app.models import pulling
from sightline.core.errors import (
    BusyError,
    CancelledError,
    DownloadError,
    InvalidInputError,
    NotFoundError,
)
from sightline.core.preprocess import Preprocess
from sightline.core.progress import Silent
from sightline.nets.catalogue import CATALOGUE, Weights
from sightline.store.locks import FileLock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np

ORIGINAL = "https://download.pytorch.org/models/mobilenet_v3_small-"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with running_hub() as made:
        yield made


@pytest.fixture
def bench(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """A workspace whose hub is here; what is fetched is not tried in a process of its own."""
    with open_workbench(tmp_path / "w", person="ann", model_hub_url=f"{hub.url}/") as opened:
        monkeypatch.setattr(opened.room, "trial", lambda *_: {"dim": 16})
        yield opened


def serve_pth(hub: Hub, monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Make a file what torchvision says of mobilenet_v3_small."""
    sha = hashlib.sha256(data).hexdigest()[:8]
    hub.files[f"/models/mobilenet_v3_small-{sha}.pth"] = data
    known = Weights(f"{ORIGINAL}{sha}.pth", sha, Preprocess(size=64, resize="crop", resize_px=72))
    monkeypatch.setattr(pulling, "torchvision_weights", lambda _name: known)


def pth(value: Any) -> bytes:
    import torch

    out = io.BytesIO()
    torch.save(value, out)
    return out.getvalue()


def test_a_network_of_torchvision_is_fetched_converted_and_added_once(
    bench: Workbench, hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from safetensors.torch import load_file

    state = load_file(save_weights(tmp_path / "s.safetensors"))
    serve_pth(hub, monkeypatch, pth(state))
    made = bench.pulling.pull("mobilenet_v3_small")
    assert (made["added"], made["dim"], made["licence"]) == (True, 16, "BSD-3-Clause")
    card = bench.store.models.verify(made["id"])
    assert (card.format, card.network, card.preprocess.size) == ("torch", "mobilenet_v3_small", 64)
    stored = load_file(bench.store.models.path_of(card))
    assert stored.keys() == state.keys()
    again = bench.pulling.pull("mobilenet_v3_small")
    assert (again["id"], again["added"]) == (made["id"], False)
    row = next(one for one in bench.pulling.catalogue() if one["name"] == "mobilenet_v3_small")
    assert (row["state"], row["model"]) == ("here", made["id"])
    assert list((bench.workspace / "cache" / "pulls").iterdir()) == []


def test_a_file_that_holds_code_is_not_run_and_nothing_is_added(
    bench: Workbench, hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return (open, (str(tmp_path / "owned"), "w"))

    for value in (Evil(), [1, 2], {"a": "text"}):
        serve_pth(hub, monkeypatch, pth(value))
        with pytest.raises(InvalidInputError, match="holds"):
            bench.pulling.pull("mobilenet_v3_small")
    assert not (tmp_path / "owned").exists()
    assert bench.models.all() == []


def test_a_repository_of_transformers_is_fetched_with_its_words(
    bench: Workbench, hub: Hub, tmp_path: Path
) -> None:
    hub.add_repository("me/tiny-clip", save_transformer(tmp_path / "clip", "clip"))
    hub.files["/me/tiny-clip/resolve/main/pytorch_model.bin"] = b"pickle"
    made = bench.pulling.pull("me/tiny-clip")
    assert (made["name"], made["network"], made["text"]) == ("tiny-clip", "clip", True)
    assert made["source"].startswith("hub:me/tiny-clip@c0ffee sha256:")
    card = bench.store.models.verify(made["id"])
    assert {"config.json", "vocab.json", "merges.txt"} <= set(card.files)
    assert not any("bin" in path for path, _ in hub.asked)
    assert any(path.endswith("/c0ffee/vocab.json") for path, _ in hub.asked), "one commit for all"
    assert bench.pulling.pull("me/tiny-clip")["added"] is False


@pytest.mark.nightly
def test_a_captioner_in_several_files_is_fetched_whole(
    bench: Workbench, hub: Hub, tmp_path: Path
) -> None:
    folder = save_captioner(tmp_path / "blip", "blip", shard="20KB")
    parts = {one.name for one in folder.glob("model-*.safetensors")}
    hub.add_repository("me/writer", folder)
    made = bench.pulling.pull("me/writer")
    assert (made["kind"], made["network"]) == ("captioner", "blip")
    card = bench.store.models.verify(made["id"])
    assert {*parts, "generation_config.json"} <= set(card.files)
    assert len(parts) > 1
    assert bench.pulling.pull("me/writer")["added"] is False


def test_a_repository_of_pickles_only_is_refused(
    bench: Workbench, hub: Hub, tmp_path: Path
) -> None:
    folder = save_transformer(tmp_path / "d", "dinov2")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    hub.add_repository("me/old", folder)
    with pytest.raises(NotFoundError, match=r"holds no model\.safetensors") as caught:
        bench.pulling.pull("me/old")
    assert "me/old@refs/pr/1" in caught.value.hint
    with pytest.raises(NotFoundError):
        bench.pulling.pull("me/nothing")
    assert bench.models.all() == []


def test_another_hash_than_the_hub_tells_adds_nothing(
    bench: Workbench, hub: Hub, tmp_path: Path
) -> None:
    hub.add_repository("me/d", save_transformer(tmp_path / "d", "dinov2"))
    hub.wrong_hash = True
    with pytest.raises(DownloadError, match="not the file that was meant"):
        bench.pulling.pull("me/d")
    assert bench.models.all() == []


def test_a_stopped_pull_is_shown_as_partial_and_goes_on(
    bench: Workbench, hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Stop(Silent):
        def check(self) -> None:
            raise CancelledError("stopped")

    from safetensors.torch import load_file

    serve_pth(hub, monkeypatch, pth(load_file(save_weights(tmp_path / "s.safetensors"))))
    with pytest.raises(CancelledError):
        bench.pulling.pull("mobilenet_v3_small", progress=Stop())
    states = {one["name"]: one["state"] for one in bench.pulling.catalogue()}
    assert states["mobilenet_v3_small"] == "partial"
    assert states["mobilenet_v2"] == "absent"
    assert bench.pulling.pull("mobilenet_v3_small")["added"]
    assert hub.asked[-1][1].startswith("bytes=")


def test_a_segmenter_of_two_files_is_fetched_and_answers(
    bench: Workbench, hub: Hub, tmp_path: Path
) -> None:
    entry = CATALOGUE["mobilesam"]
    pair = circle_pair(tmp_path / "pair")
    for name, file in zip(entry.files, ("encoder.onnx", "decoder.onnx"), strict=True):
        (pair / file).rename(pair / name)
    hub.add_repository(entry.place, pair)
    made = bench.pulling.pull("mobilesam")
    assert (made["kind"], made["licence"]) == ("segmenter", "MIT")
    assert "mobilesam" in bench.assist.engines.entries()
    assert bench.pulling.pull("mobilesam")["added"] is False


def test_one_whole_file_of_two_counts_as_a_beginning(bench: Workbench) -> None:
    folder = bench.workspace / "cache" / "pulls" / "hub--Acly--MobileSAM"
    folder.mkdir(parents=True)
    (folder / "lock").touch()

    def state() -> Any:
        return next(one for one in bench.pulling.catalogue() if one["name"] == "mobilesam")["state"]

    assert state() == "absent"
    (folder / "mobile_sam_image_encoder.onnx").touch()
    assert state() == "partial"


def test_what_needs_an_agreement_says_how_it_comes_and_asks_nobody(
    tmp_path: Path, hub: Hub
) -> None:
    with open_workbench(tmp_path / "plain") as plain:
        for ask in (plain.pulling.start, plain.pulling.pull):
            with pytest.raises(InvalidInputError, match="agreed to its terms") as caught:
                ask("dinov3-vits16")
            assert "models add FOLDER --name dinov3-vits16" in caught.value.hint
        row = next(one for one in plain.pulling.catalogue() if one["name"] == "dinov3-vits16")
        assert row["gated"]
        assert "huggingface.co/facebook/dinov3" in row["terms"]
        assert plain.jobs.list() == []
    assert hub.asked == []


def test_two_do_not_fetch_the_same(bench: Workbench) -> None:
    folder = bench.workspace / "cache" / "pulls" / "hub--me--x"
    folder.mkdir(parents=True)
    with FileLock(folder / "lock") as lock:
        lock.acquire(timeout_s=1)
        with pytest.raises(BusyError):
            bench.pulling.pull("me/x")
    with pytest.raises(InvalidInputError):
        bench.pulling.start("mobilenet_v9")
    assert bench.jobs.list() == []


@pytest.fixture
def row() -> np.ndarray:
    import numpy as np

    return np.zeros((40, 40, 3), np.uint8)


@pytest.mark.nightly
def test_a_pull_as_a_job_ends_with_an_encoder_that_is_ready(
    hub: Hub, tmp_path: Path, row: np.ndarray
) -> None:
    hub.add_repository("me/tiny", save_transformer(tmp_path / "d", "dinov2"))
    with open_workbench(tmp_path / "w", model_hub_url=hub.url, job_threads=1) as bench:
        job = bench.pulling.start("me/tiny")
        again = bench.pulling.start("me/tiny")
        assert again["id"] == job["id"], "one job for one name"
        assert bench.wait(job["id"])["dim"] == 16
        engine = next(one for one in bench.engine_list() if one["name"] == "tiny")
        assert engine["ready"]
        assert bench.encoders.encoder("tiny").encode([row]).shape == (1, 16)
