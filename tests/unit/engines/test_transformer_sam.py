"""The SAM family from a folder: the masks of transformers itself, whatever is pointed at."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.sam_family import FAMILIES, SIDE, VIDEOS, save_family
from sightline.core.assist import Prompt
from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.core.ports import ManySegmenter
from sightline.engines.transformer_sam import engine as transformer_sam
from sightline.engines.transformer_sam.engine import TransformerSam, load
from sightline.imaging.frame import frame_of, square_of
from sightline.nets.sam_family import CLASSES
from sightline.store.model_plan import ImportOptions
from sightline.store.models import ModelStore
from sightline.store.sam_plan import SAM_KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.cards import ModelCard

PICTURE = np.random.default_rng(0).integers(0, 256, (50, 80, 3), dtype=np.uint8)
CLICK = Prompt(points=((21.5, 11.0, True),))
BOX = Prompt(box=(5.5, 6.0, 60.0, 41.0))
PROMPTS = {
    "a click": CLICK,
    "two clicks": Prompt(points=((21.5, 11.0, True), (50.0, 30.0, False))),
    "a box": BOX,
    "a box and a click": Prompt(box=(5.5, 6.0, 60.0, 41.0), points=((21.5, 11.0, False),)),
}
GATE = "sam2"
EACH = [one if one == GATE else pytest.param(one, marks=pytest.mark.nightly) for one in FAMILIES]


def added(tmp_path: Path, kind: str, **options: Any) -> tuple[Path, ModelCard]:
    store = ModelStore(tmp_path / "models")
    folder = save_family(tmp_path / kind, kind)
    card = store.add_file(folder, ImportOptions(name=kind, **options))
    assert (card.kind, card.format, card.network) == ("segmenter", "transformers", kind)
    return store.path_of(card), card


def asked_of(net: Any, prompt: Prompt, pixels: Any, frame: Any, **more: Any) -> tuple[Any, Any]:
    """Ask transformers' own network as its documentation does."""
    import torch

    given: dict[str, Any] = dict(more)
    if prompt.points:
        places = frame.points([(x, y) for x, y, _ in prompt.points])
        given["input_points"] = torch.from_numpy(places)[None, None]
        given["input_labels"] = torch.tensor([[[int(on) for _, _, on in prompt.points]]])
    if prompt.box is not None:
        x1, y1, x2, y2 = prompt.box
        corners = frame.points([(x1, y1), (x2, y2)]).reshape(1, 1, 4)
        given["input_boxes"] = torch.from_numpy(corners)
    with torch.inference_mode():
        found = net(pixel_values=pixels, multimask_output=prompt is CLICK, **given)
    return found.pred_masks[0, 0].numpy(), found.iou_scores[0, 0].numpy()


def answered(
    engine: TransformerSam, encoding: dict[str, Any], prompt: Prompt
) -> tuple[Any, list[float]]:
    found = engine.predict(encoding, prompt)
    return np.stack([one.logits for one in found if one.logits is not None]), [
        one.score for one in found
    ]


@pytest.mark.parametrize("kind", EACH)
def test_masks_are_those_of_transformers_own_network(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    import transformers

    path, card = added(tmp_path, kind)
    engine = load(path=path, card=card)
    assert isinstance(engine, ManySegmenter)
    peer: Any = getattr(transformers, CLASSES[kind]).from_pretrained(str(path.parent))
    peer.eval()
    monkeypatch.setattr(transformer_sam, "halved", lambda array: array)
    encoding = engine.encode(PICTURE)
    frame = frame_of(80, 50, card.preprocess)
    pixels = torch.from_numpy(square_of(PICTURE, frame, card.preprocess))
    for name, prompt in PROMPTS.items():
        masks, scores = asked_of(peer, prompt, pixels, frame)
        found, sure = answered(engine, encoding, prompt)
        order = np.argsort(-scores, kind="stable")
        assert np.allclose(found, masks[order], atol=1e-4 * np.abs(masks).max()), name
        assert np.allclose(sure, scores[order], atol=1e-4), name
    earlier = found[0]
    again = Prompt(points=((30.0, 20.0, True),), previous=earlier)
    masks, _ = asked_of(
        peer, again, pixels, frame, input_masks=torch.from_numpy(earlier)[None, None].clamp(-32, 32)
    )
    refined, _ = answered(engine, encoding, again)
    assert np.allclose(refined, masks, atol=1e-4 * np.abs(masks).max())


@pytest.mark.parametrize("kind", EACH)
def test_many_prompts_at_once_get_the_answers_of_each(tmp_path: Path, kind: str) -> None:
    path, card = added(tmp_path, kind)
    engine = load(path=path, card=card)
    encoding = engine.encode(PICTURE)
    boxes = [Prompt(box=(x, 4.0, x + 30.0, 40.0), multimask=False) for x in range(20)]
    prompts = [CLICK, *boxes, Prompt(points=CLICK.points, multimask=False)]
    together = engine.predict_many(encoding, prompts)
    assert [len(one) for one in together] == [3, *[1] * 21]
    for found, prompt in zip(together, prompts, strict=True):
        alone = engine.predict(encoding, prompt)
        assert [one.score for one in found] == pytest.approx([o.score for o in alone], abs=1e-4)
        assert [one.box for one in found] == [one.box for one in alone]


@pytest.mark.nightly
@pytest.mark.parametrize("kind", VIDEOS)
def test_of_a_network_for_videos_the_one_for_pictures_is_taken(tmp_path: Path, kind: str) -> None:
    from safetensors.numpy import load_file

    path, card = added(tmp_path, kind)
    engine = load(path=path, card=card)
    assert len(engine.predict(engine.encode(PICTURE), CLICK)) == 3
    held = {name: one.numpy() for name, one in engine._net.state_dict().items()}
    saved = load_file(path)
    alike = [name for name in held if any(name in key for key in saved)]
    assert len(alike) > len(held) / 2
    for name in ("mask_decoder.iou_token.weight", "prompt_encoder.point_embed.weight"):
        (key,) = (one for one in saved if one.endswith(name))
        assert np.array_equal(held[name], saved[key])


@pytest.mark.parametrize("kind", SAM_KINDS)
def test_every_kind_that_can_be_added_can_be_loaded(kind: str) -> None:
    assert kind in CLASSES


def test_an_encoding_is_small_and_says_how_large_the_picture_is(tmp_path: Path) -> None:
    path, card = added(tmp_path, GATE)
    encoding = load(path=path, card=card).encode(PICTURE)
    assert encoding.pop("size").tolist() == [80, 50]
    assert {one.dtype for one in encoding.values()} == {np.dtype(np.float16)}
    assert set(encoding) == {"image_embeddings", "high_res_feats_0", "high_res_feats_1"}


def test_weights_of_another_family_are_refused(tmp_path: Path) -> None:
    path, card = added(tmp_path, GATE)
    other = save_family(tmp_path / "other", "sam")
    shutil.copy(other / "model.safetensors", path)
    with pytest.raises(InvalidInputError, match="lack") as caught:
        load(path=path, card=card)
    assert "belong together" in caught.value.hint


def test_weights_that_are_cut_short_or_gone_are_refused(tmp_path: Path) -> None:
    path, card = added(tmp_path, GATE)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(InvalidInputError, match="cannot be loaded"):
        load(path=path, card=card)
    path.unlink()
    with pytest.raises(MissingWeightsError):
        load(path=path, card=card)


def test_a_config_of_another_kind_is_refused(tmp_path: Path) -> None:
    path, card = added(tmp_path, GATE)
    path.with_name("config.json").write_text(json.dumps({"model_type": "clip"}))
    with pytest.raises(InvalidInputError, match="'clip'"):
        load(path=path, card=card)


def test_the_side_is_the_networks_own(tmp_path: Path) -> None:
    folder = save_family(tmp_path / "sam2", "sam2")
    store = ModelStore(tmp_path / "models")
    card = store.add_file(folder, ImportOptions(name="a"))
    assert (card.preprocess.size, card.preprocess.resize) == (SIDE, "stretch")
    with pytest.raises(InvalidInputError, match=f"takes {SIDE} px"):
        store.add_file(folder, ImportOptions(name="b", preprocess="imagenet-1024-stretch"))
