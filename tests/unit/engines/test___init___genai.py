"""Captioners of OpenVINO GenAI and onnxruntime-genai: added as folders, asked about pictures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.tiny_genai import KINDS, save_genai
from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.core.narration import LANGUAGES
from sightline.core.ports import Captioner
from sightline.core.registry import Registry
from sightline.engines import captioner_spec
from sightline.store.genai_plan import NETWORKS, plan_genai
from sightline.store.model_plan import ImportOptions
from sightline.store.models import ModelStore

if TYPE_CHECKING:
    from pathlib import Path

PICTURE = np.random.default_rng(0).integers(0, 256, (48, 80, 3), dtype=np.uint8)
OPTIONS = ImportOptions(name="writer")


def loaded(tmp_path: Path, kind: str) -> Captioner:
    store = ModelStore(tmp_path / "models")
    card = store.add_file(save_genai(tmp_path / kind, kind), OPTIONS)
    assert (card.kind, card.format, card.network) == ("captioner", "genai", kind)
    assert store.verify(card.id) == card
    spec = captioner_spec(card)
    assert spec is not None
    found: Captioner = Registry([spec]).load(
        spec.name, path=store.path_of(card), card=card, threads=1
    )
    return found


@pytest.mark.nightly
@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_writes_about_pictures(tmp_path: Path, kind: str) -> None:
    engine = loaded(tmp_path, kind)
    assert isinstance(engine, Captioner)
    found = engine.caption(PICTURE, max_tokens=8)
    assert found == engine.caption(PICTURE, max_tokens=8)
    assert found.text
    assert 0 < found.confidence < 1
    other = engine.caption(255 - PICTURE[:, ::-1], max_tokens=8)
    mine = engine.caption(PICTURE, prompt="what is red", max_tokens=8)
    assert found.confidence != other.confidence, "the picture counts"
    assert found.confidence != mine.confidence, "the words count"
    assert engine.caption(PICTURE, lang="de-AT", max_tokens=2).lang == "de"
    assert engine.caption(PICTURE, lang="tlh", max_tokens=2).lang == "en"
    assert engine.languages == LANGUAGES


@pytest.mark.nightly
def test_the_confidence_is_the_mean_of_what_the_tokens_were_given(tmp_path: Path) -> None:
    """With one token it is that token's probability, and a longer answer lies between its own."""
    for kind in KINDS:
        engine = loaded(tmp_path / kind, kind)
        sure = [engine.caption(PICTURE, max_tokens=n).confidence for n in (1, 2)]
        second = sure[1] ** 2 / sure[0]
        assert 0 < second <= 1


@pytest.mark.nightly
@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_folder_says_so(tmp_path: Path, kind: str) -> None:
    folder = save_genai(tmp_path / kind, kind)
    graph = "openvino_language_model.xml" if kind == KINDS[0] else "text.onnx"
    (folder / graph).write_bytes((folder / graph).read_bytes()[:500])
    store = ModelStore(tmp_path / "models")
    card = store.add_file(folder, OPTIONS)
    spec = captioner_spec(card)
    assert spec is not None
    with pytest.raises(InvalidInputError, match="cannot be loaded"):
        Registry([spec]).load(spec.name, path=store.path_of(card), card=card, threads=1)
    with pytest.raises(MissingWeightsError):
        Registry([spec]).load(spec.name, path=tmp_path / "none", card=card, threads=1)


def written(tmp_path: Path, **files: Any) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, value in files.items():
        (folder / name.replace("__", ".")).write_text(json.dumps(value))
    return folder


def test_only_what_is_no_program_is_taken(tmp_path: Path) -> None:
    folder = written(
        tmp_path, genai_config__json={"model": {"vision": {}}}, text__onnx=1, run__py=1
    )
    plan = plan_genai(folder, OPTIONS)
    assert plan is not None
    assert plan.weights.name == "genai_config.json"
    assert set(plan.extras) == {"text.onnx"}


def test_a_folder_that_would_run_a_program_or_sees_nothing_is_refused(tmp_path: Path) -> None:
    loads = {"session_options": {"custom_ops_library": "evil.so"}}
    folder = written(tmp_path, genai_config__json={"model": {"vision": {}, "decoder": [loads]}})
    with pytest.raises(InvalidInputError, match="custom_ops_library"):
        plan_genai(folder, OPTIONS)
    (folder / "genai_config.json").write_text(json.dumps({"model": {"type": "llama"}}))
    with pytest.raises(InvalidInputError, match="does not see"):
        plan_genai(folder, OPTIONS)
    (folder / "openvino_language_model.xml").write_text("<net/>")
    with pytest.raises(InvalidInputError, match="does not see"):
        plan_genai(folder, OPTIONS)


def test_another_folder_is_left_to_others(tmp_path: Path) -> None:
    assert plan_genai(written(tmp_path, config__json={}), OPTIONS) is None
    assert set(NETWORKS.values()) == set(KINDS)
