"""`embed` and `encoders` print what a person and a script need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fakes.cli import Cli


@pytest.mark.usefixtures("pets")
def test_embed_tells_how_many_and_how_fast_and_the_list_which_is_in_use(cli: Cli) -> None:
    report = cli("embed", "pets", "--engine", "hog").lines[-1]
    assert sorted(report) == ["embedded", "engine", "seconds", "skipped"]
    assert (report["engine"], report["embedded"]) == ("hog", 24)
    told = cli.call("--workspace", cli.workspace, "embed", "pets").out
    assert "hog: 0 pictures embedded" in told
    rows = cli("encoders", "list", "pets").lines
    shown = [(one["name"], one["current"], one["embedded"]) for one in rows]
    assert shown == [("hog", True, 24), ("dictionary", False, 0)]
    assert "24" in cli.call("--workspace", cli.workspace, "encoders", "list", "pets").out
    assert cli("encoders", "forget", "pets", "hog").lines[-1]["deleted"] == 24
    cli("encoders", "forget", "pets", "hog", code=4)


@pytest.mark.usefixtures("pets")
def test_an_encoder_that_is_not_there_starts_no_job(cli: Cli) -> None:
    refused = cli("embed", "pets", "--engine", "hgo", code=4)
    assert "'hog'" in refused.lines[-1]["error"]["hint"]
    assert cli("jobs", "list").lines == []


@pytest.mark.usefixtures("pets")
def test_words_need_an_encoder_that_reads_them(cli: Cli) -> None:
    refused = cli("queue", "pets", "--strategy", "text", "--text", "a cat", code=2)
    assert "no text tower" in refused.lines[-1]["error"]["message"]


@pytest.mark.usefixtures("pets")
def test_the_variable_of_an_earlier_tool_asks_for_a_model(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AL_EMBEDDING_BACKEND", "torch")
    refused = cli("embed", "pets", code=3)
    assert "models pull mobilenet_v2" in refused.lines[-1]["error"]["hint"]
    monkeypatch.setenv("AL_EMBEDDING_BACKEND", "hog")
    assert cli("embed", "pets").lines[-1]["engine"] == "hog"
