"""What a network is for, from end to end, for one member of each family."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch

from fakes.networks import FAMILIES, make_thin
from fakes.whole_network import explained_and_exported, trained
from sightline.export import onnx
from sightline.export.probes import odd_pictures
from sightline.nets import families
from sightline.nets.table import NETWORKS, spec_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.export.probes import Probe

TESTS = Path(__file__).parents[2]
HEAVY_M = 133
"""Millions of parameters: a run of more would need over 8 GB of memory."""


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def probes() -> tuple[Probe, ...]:
    """As few odd pictures as the gate takes; that all are read alike is tried elsewhere."""
    return odd_pictures(64)[5:9]


BY_DAY = {"resnet", "mobilenet", "vit", "timm", "plain"}
"""Unlike in what their heads and layers are; the other families are tried at night."""


@pytest.mark.parametrize(
    "family",
    [one if one in BY_DAY else pytest.param(one, marks=pytest.mark.nightly) for one in FAMILIES],
)
def test_a_member_of_each_family_trains_resumes_explains_and_exports(
    family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, probes: tuple[Probe, ...]
) -> None:
    name = FAMILIES[family]
    assert spec_of(name).family == family
    make_thin(monkeypatch, name)
    monkeypatch.setattr(onnx, "odd_pictures", lambda _size: probes)
    explained_and_exported(name, trained(name, tmp_path), tmp_path)


def test_every_family_is_tried() -> None:
    assert FAMILIES.keys() >= BY_DAY
    assert FAMILIES.keys() == {*families.FAMILIES, "plain", "timm"}


@pytest.mark.nightly
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", [*NETWORKS, "timm:test_convnext", "timm:test_mambaout"])
def test_every_network_of_the_table_trains_resumes_explains_and_exports(name: str) -> None:
    if spec_of(name).parameters_m > HEAVY_M:
        pytest.skip(f"{name} wants {spec_of(name).parameters_m} million parameters several times")
    env = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])
    }
    with tempfile.TemporaryDirectory() as folder:  # all of them would fill a disk
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "fakes.whole_network", name, folder],
            env=env, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
