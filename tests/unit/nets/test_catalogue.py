from __future__ import annotations

import re
import subprocess
import sys

import pytest

from sightline.core.errors import InvalidInputError
from sightline.nets.backbones import resolve
from sightline.nets.catalogue import (
    CATALOGUE,
    how_to_get,
    pullable,
    terms,
    torchvision_weights,
)
from sightline.nets.table import NETWORKS
from sightline.settings.earlier import CHECKPOINTS, CLIP_NAMES, SAM_NAMES


def test_torchvision_tells_address_hash_and_preprocessing_of_each_network() -> None:
    for spec in NETWORKS.values():
        if not spec.mb:
            continue
        entry = pullable(spec.name)
        found = torchvision_weights(entry.place)
        assert found.url.startswith("https://download.pytorch.org/models/")
        assert re.fullmatch(r"[0-9a-f]{8,16}", found.sha256)
        assert found.preprocess.resize == "crop"
        assert not spec.fault(found.preprocess.size)
        swag = "swag" in found.url
        assert entry.licence == ("CC-BY-NC-4.0" if swag else "BSD-3-Clause")
        assert swag or found.preprocess.size == spec.input_px
        assert resolve(entry.place)
    assert torchvision_weights("efficientnet_b0").preprocess.interpolation == "bicubic"


def test_every_entry_tells_size_vector_and_licence() -> None:
    for entry in CATALOGUE.values():
        assert entry.mb > 0, entry
        assert (entry.dim > 0) == (entry.kind == "encoder"), entry
        assert entry.licence, entry
        assert entry.description, entry


def test_what_earlier_tools_name_can_be_pulled() -> None:
    named = {*CLIP_NAMES.values(), *SAM_NAMES.values(), *CHECKPOINTS.values()}
    assert named <= set(CATALOGUE)
    for name in named:
        assert how_to_get(name) == f"sightline models pull {name}"
    assert "add FOLDER --name mine" in how_to_get("mine")
    assert CATALOGUE["clip-vit-base-patch32"].dim == 512
    assert CATALOGUE["clip-vit-large-patch14"].dim == 768


def test_the_terms_of_a_gated_entry_say_where_they_stand_and_which_files_to_take() -> None:
    told = terms(CATALOGUE["sam3"])
    for part in ("https://huggingface.co/facebook/sam3", "model.safetensors", "--name sam3"):
        assert part in told


def test_repositories_are_named_with_or_without_a_revision() -> None:
    assert pullable("mobilenet_v2").source == "torchvision"
    plain = pullable("facebook/dinov2-small")
    assert (plain.name, plain.repository, plain.revision) == (
        "dinov2-small",
        "facebook/dinov2-small",
        "main",
    )
    asked = pullable("openai/clip-vit-base-patch32@refs/pr/62")
    assert (asked.repository, asked.revision) == ("openai/clip-vit-base-patch32", "refs/pr/62")


@pytest.mark.parametrize("name", ["mobilenet_v9", "", "a/b/c", "../x", "a/b@../../x", "a /b"])
def test_what_cannot_be_pulled_is_refused_with_what_can(name: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        pullable(name)
    assert "OWNER/NAME" in caught.value.hint


def test_listing_imports_nothing_heavy() -> None:
    code = (
        "import sys; import sightline.nets.catalogue as c; c.pullable('mobilenet_v2');"
        "sys.exit(bool({'torch', 'torchvision', 'timm'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
