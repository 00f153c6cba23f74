from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.http import Client
from fakes.served import colours
from server.conftest import is_problem
from sightline.server.main import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.app import Workbench

URL = "/api/models/colours/push"


@pytest.fixture
def client(bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """The application over a model, without a token."""
    monkeypatch.delenv("HF_TOKEN", raising=False)
    colours(bench, tmp_path, each=2)
    with Client(create_app(bench, background=False)) as opened:
        yield opened


def test_what_would_be_pushed_is_listed(client: Client) -> None:
    found = client.get(f"{URL}?repo=ann/colours").json()
    assert {"README.md", "model.onnx"} <= {one["name"] for one in found["files"]}
    assert (found["token"], found["endpoint"]) == ("", "https://huggingface.co")


def test_a_push_without_a_token_or_a_place_is_refused(client: Client) -> None:
    for repo, status in (("ann/colours", 403), ("nowhere", 422), ("../../x", 422)):
        found = client.post(URL, json={"repo": repo})
        assert found.status_code == status
        assert is_problem(found)
