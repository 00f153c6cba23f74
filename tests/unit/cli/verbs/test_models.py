"""`models catalogue` and `models pull`, against a hub on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.hub import running_hub

if TYPE_CHECKING:
    import pytest

    from fakes.cli import Cli


def test_the_catalogue_tells_size_licence_and_state(cli: Cli) -> None:
    rows = {one["name"]: one for one in cli("models", "catalogue").lines}
    assert {"mobilenet_v2", "efficientnet_b0", "resnet50"} <= rows.keys()
    shown = cli.call("--workspace", cli.workspace, "models", "catalogue").out
    assert "BSD-3-Clause" in shown
    assert "absent" in shown


def test_a_pull_that_fails_leaves_with_the_next_step(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("models", "pull", "mobilenet_v9", code=2)
    with running_hub() as hub:
        monkeypatch.setenv("SIGHTLINE_MODEL_HUB_URL", hub.url)
        failed = cli("models", "pull", "me/none", code=1)
    assert "there is no" in failed.lines[-1]["error"]["message"]
    assert failed.lines[-1]["error"]["hint"]
