"""A network of the SAM family and its two ONNX files answer alike, or nothing is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fakes.sam_family import FAMILIES, SIDE, save_family
from sightline.core.assist import Prompt
from sightline.core.errors import InvalidInputError, ParityError
from sightline.core.preprocess import Preprocess
from sightline.core.progress import Silent
from sightline.engines.onnx_sam.engine import load as load_pair
from sightline.engines.transformer_sam.engine import load
from sightline.export import pair
from sightline.export.pair import DECODER, ENCODER, export_pair
from sightline.export.pair_parity import TOLERANCE, Gate
from sightline.nets.sam_family import CLASSES
from sightline.nets.transformer_folder import load_network
from sightline.store.model_plan import ImportOptions
from sightline.store.models import ModelStore

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.cards import ModelCard

GATE = "sam2"
EACH = [one if one == GATE else pytest.param(one, marks=pytest.mark.nightly) for one in FAMILIES]
PICTURE = np.random.default_rng(0).integers(0, 256, (50, 80, 3), dtype=np.uint8)
PROMPTS = (
    Prompt(points=((21.5, 11.0, True),)),
    Prompt(points=((21.5, 11.0, True), (50.0, 30.0, False))),
    Prompt(box=(5.5, 6.0, 60.0, 41.0)),
    Prompt(points=((21.5, 11.0, True),), multimask=False),
)


def added(tmp_path: Path, kind: str) -> tuple[ModelStore, ModelCard]:
    store = ModelStore(tmp_path / "models")
    return store, store.add_file(save_family(tmp_path / kind, kind), ImportOptions(name=kind))


@pytest.mark.parametrize("kind", EACH)
def test_a_pair_answers_prompts_as_the_folder_does(tmp_path: Path, kind: str) -> None:
    store, card = added(tmp_path, kind)
    weights = store.path_of(card)
    report = export_pair(card, weights, tmp_path / "out", Silent())
    assert report.parity_max_abs <= TOLERANCE
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == [DECODER, ENCODER]
    assert report.bytes == report.encoder.stat().st_size + report.decoder.stat().st_size
    copy = store.add_file(tmp_path / "out", ImportOptions(name="pair"))
    assert (copy.preprocess, copy.network) == (card.preprocess, kind)
    here, there = load(path=weights, card=card), load_pair(path=store.path_of(copy), card=copy)
    encodings = here.encode(PICTURE), there.encode(PICTURE)
    earlier = None
    for prompt in (*PROMPTS, PROMPTS[1]):
        asked = replace(prompt, previous=earlier)
        found, wanted = there.predict(encodings[1], asked), here.predict(encodings[0], asked)
        best, peer = found[0], wanted[0]
        assert best.score == pytest.approx(peer.score, abs=0.02)
        assert best.logits is not None
        assert peer.logits is not None
        scale = float(np.abs(peer.logits).max())
        assert np.allclose(best.logits, peer.logits, atol=0.02 * scale)  # both keep half precision
        earlier = peer.logits


@pytest.mark.nightly
@pytest.mark.parametrize("part", ["encoder", "decoder"])
def test_files_that_answer_otherwise_are_not_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    store, card = added(tmp_path, "sam")
    other = store.add_file(save_family(tmp_path / "b", "sam", seed=1), ImportOptions(name="b"))
    wrong = load_network(store.path_of(other), other, CLASSES)
    write = getattr(pair, f"write_{part}")
    monkeypatch.setattr(pair, f"write_{part}", lambda _, card, file: write(wrong, card, file))
    with pytest.raises(ParityError, match="differs from it by") as caught:
        export_pair(card, store.path_of(card), tmp_path / "out", Silent())
    assert caught.value.hint
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("apart", [2e-4, float("nan")])
def test_maps_of_an_encoder_that_differ_close_the_gate(apart: float) -> None:
    gate = Gate(None, None, None, Preprocess(size=SIDE))
    gate.close("tiny")
    gate.maps = apart
    with pytest.raises(ParityError, match="tiny differs from it by"):
        gate.close("tiny")


def test_what_is_no_such_segmenter_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, card = added(tmp_path, GATE)
    path = store.path_of(card)
    with pytest.raises(InvalidInputError, match="segmenter in onnx"):
        export_pair(replace(card, format="onnx"), path, tmp_path / "out", Silent())
    (tmp_path / "file").write_text("x")
    with pytest.raises(InvalidInputError, match="no folder"):
        export_pair(card, path, tmp_path / "file", Silent())
    monkeypatch.setattr(pair, "LARGEST", SIDE)
    with pytest.raises(InvalidInputError, match="2 GB"):
        export_pair(card, path, tmp_path / "out", Silent())
