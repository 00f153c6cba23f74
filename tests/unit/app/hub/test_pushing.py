from __future__ import annotations

import hashlib
import json
import socket
from typing import TYPE_CHECKING, Any

import pytest

from fakes.hub_push import TOKEN, PushHub, push_hub
from fakes.served import colours
from sightline.app import open_workbench
from sightline.app.hub.pushing import Pushing, as_ours
from sightline.core.errors import (
    CancelledError,
    DownloadError,
    ForbiddenError,
    InvalidInputError,
    UnknownModelError,
)
from sightline.core.progress import Silent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.app import Workbench

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
"""Of the client's own way of sending."""
WITH = {"SIGHTLINE_HUB_TOKEN": TOKEN}


@pytest.fixture(scope="module")
def only_hub() -> Iterator[PushHub]:
    with push_hub() as made:
        yield made


@pytest.fixture
def hub(only_hub: PushHub) -> PushHub:
    """The hub, as if nobody had been there."""
    only_hub.forget()
    return only_hub


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, only_hub: PushHub) -> Iterator[Workbench]:
    """A workspace with a model, whose hub is on this machine; nobody changes it."""
    folder = tmp_path_factory.mktemp("pushing")
    with open_workbench(folder / "w", person="ann", model_hub_url=only_hub.url) as opened:
        colours(opened, folder, each=1)
        yield opened


def pushing(bench: Workbench, environ: dict[str, str]) -> Pushing:
    return Pushing(
        bench.store, bench.settings, (bench.models, bench.cards, bench.jobs), environ=environ
    )


def test_a_look_shows_every_file_and_makes_no_connection(
    bench: Workbench, hub: PushHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was made")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    found = pushing(bench, {}).plan("colours", "ann/colours")
    names = {one["name"]: one for one in found["files"]}
    assert {"README.md", "model.onnx", "classes.txt", "predict.py", "model_card.json"} <= set(names)
    assert found["bytes"] == sum(one["bytes"] for one in found["files"])
    assert (found["token"], found["repo"]) == ("", "ann/colours")
    assert pushing(bench, WITH).plan("colours")["token"] == "SIGHTLINE_HUB_TOKEN"
    assert hub.asked == []
    card = bench.store.models.get("colours")
    data = bench.store.models.path_of(card).read_bytes()
    assert names["model.onnx"]["sha256"] == hashlib.sha256(data).hexdigest()


def test_a_push_puts_what_was_shown_into_one_commit(bench: Workbench, hub: PushHub) -> None:
    shown = pushing(bench, {}).plan("colours")
    done = pushing(bench, WITH).push("colours", "ann/colours", private=True)
    assert done["url"] == f"{hub.url}/ann/colours"
    assert hub.repositories == {"ann/colours": True}
    held = hub.files["ann/colours"]
    assert {name: len(data) for name, data in held.items()} == {
        one["name"]: one["bytes"] for one in shown["files"]
    }
    readme = held["README.md"].decode()
    assert readme.startswith("---\nlicense: other\n")
    assert "pipeline_tag: image-classification" in readme
    assert TOKEN not in str(done)


def test_what_has_arrived_is_not_sent_again(bench: Workbench, hub: PushHub) -> None:
    hub.fail = {"/commit/": 400}
    with pytest.raises(DownloadError, match="took no push"):
        pushing(bench, WITH).push("colours", "ann/colours")
    assert len(hub.sent) == 1
    hub.fail = {}
    pushing(bench, WITH).push("colours", "ann/colours")
    assert len(hub.sent) == 1
    assert "model.onnx" in hub.files["ann/colours"]


@pytest.mark.usefixtures("hub")
def test_a_wrong_token_is_told_and_not_shown(bench: Workbench) -> None:
    with pytest.raises(ForbiddenError) as caught:
        pushing(bench, {"HF_TOKEN": "hf_wrong"}).push("colours", "ann/colours")
    assert "hf_wrong" not in str(caught.value) + caught.value.hint


def test_without_a_token_nothing_is_asked(bench: Workbench, hub: PushHub) -> None:
    with pytest.raises(ForbiddenError, match="needs a token"):
        pushing(bench, {}).push("colours", "ann/colours")
    assert hub.asked == []


def test_a_token_is_not_sent_in_the_open(bench: Workbench) -> None:
    settings = bench.settings.model_copy(update={"model_hub_url": "http://hub.example"})
    parts = (bench.models, bench.cards, bench.jobs)
    with pytest.raises(ForbiddenError, match="unencrypted"):
        Pushing(bench.store, settings, parts, environ=WITH).push("colours", "ann/colours")


@pytest.mark.parametrize("repo", ["", "colours", "a/b/c", "../x", "a/..", "a/-b", "a/b c", "ä/b"])
def test_names_that_are_no_repositories_are_refused(
    bench: Workbench, hub: PushHub, repo: str
) -> None:
    with pytest.raises(InvalidInputError, match="repository"):
        pushing(bench, WITH).push("colours", repo)
    assert hub.asked == []


def test_a_push_that_is_stopped_commits_nothing(bench: Workbench, hub: PushHub) -> None:
    class Stopped(Silent):
        def check(self) -> None:
            if hub.sent:
                raise CancelledError("stopped", hint="")

    with pytest.raises(CancelledError):
        pushing(bench, WITH).push("colours", "ann/colours", progress=Stopped())
    assert hub.files == {}


def test_what_does_not_run_by_itself_goes_with_its_own_files(
    bench: Workbench,
) -> None:
    made: dict[str, Any] = {"kind": "detector", "format": "onnx", "decoder": {"kind": "boxes"}}
    card = bench.store.models.get("colours")
    bench.store.models.add(
        bench.store.models.path_of(card), name="eyes", preprocess=card.preprocess,
        classes=("cat",), licence="Apache-2.0", **made,
    )  # fmt: skip
    found = pushing(bench, {}).plan("eyes")
    names = {one["name"] for one in found["files"]}
    assert names == {"README.md", "model.onnx", "model_card.json", "classes.txt", "decoder.json"}


def test_where_the_pictures_of_a_calibration_lie_stays_here(bench: Workbench) -> None:
    card = bench.store.models.get("colours")
    listed = bench.workspace / "calibration.json"
    listed.write_text('[{"path": "/home/ann/patients/1.png"}]')
    made: dict[str, Any] = {"kind": "classifier", "format": "openvino", "precision": "int8"}
    bench.store.models.add(
        bench.store.models.path_of(card), name="colours-openvino", preprocess=card.preprocess,
        classes=card.classes, extras={"model.bin": listed, listed.name: listed},
        report={"calibration": {"file": listed.name}}, **made,
    )  # fmt: skip
    names = {one["name"] for one in pushing(bench, {}).plan("colours-openvino")["files"]}
    assert "model.bin" in names
    assert listed.name not in names


@pytest.mark.parametrize("form", ["onnx", "torchscript"])
def test_a_card_that_leaves_tells_no_folder_and_names_no_picture(
    bench: Workbench, form: str
) -> None:
    card = bench.store.models.get("colours")
    made: dict[str, Any] = {"kind": "classifier", "format": form}
    picture = "/home/ann/patients/Maria Musterfrau.png"
    bench.store.models.add(
        bench.store.models.path_of(card), name=f"from-{form}", preprocess=card.preprocess,
        classes=("/", "b", "c"), source=r"C:\Users\Ann\heads\first.json",
        report={"parity": {"probes": 3, "worst": picture}}, **made,
    )  # fmt: skip
    files = pushing(bench, {})._files(bench.store.models.get(f"from-{form}"), None)
    texts = {name: one.decode() for name, one in files.items() if isinstance(one, bytes)}
    for text in texts.values():
        assert not any(word in text for word in ("patients", "Maria", "Users"))
    told = json.loads(texts["model_card.json"])["model"]
    assert (told["source"], told["report"]["parity"]) == ("first.json", {"probes": 3})
    assert told["classes"] == ["/", "b", "c"]


def test_addresses_in_the_errors_of_a_hub_lose_what_is_signed_into_them() -> None:
    error = RuntimeError("500 for url: https://store.example/part?X-Signature=abc&token=def (now)")
    told = str(as_ours(error, "ann/colours"))
    assert "store.example/part" in told
    assert "abc" not in told
    assert "def" not in told


def test_unknown_models_and_paths_are_refused(bench: Workbench) -> None:
    for ref in ("nobody", str(bench.workspace)):
        with pytest.raises(UnknownModelError):
            pushing(bench, {}).plan(ref)
