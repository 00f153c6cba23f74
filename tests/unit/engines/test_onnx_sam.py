"""A click lands where it was made, whatever form the two graphs have."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.sam_graphs import LOW, RADII, SCORES, SIDE, circle_pair
from sightline.core.assist import Prompt
from sightline.core.errors import InvalidInputError, MissingWeightsError, SightlineError
from sightline.engines.onnx_sam.engine import OnnxSam, load
from sightline.imaging.frame import frame_of
from sightline.store.model_plan import ImportOptions
from sightline.store.models import ModelStore

if TYPE_CHECKING:
    from pathlib import Path

PICTURE = np.full((100, 160, 3), 90, np.uint8)
SCALE = 160 / SIDE
OPTIONS = ImportOptions(name="circles")


def added(tmp_path: Path, **form: Any) -> OnnxSam:
    store = ModelStore(tmp_path / "models")
    rule = f"imagenet-{SIDE}-letterbox" if form.get("raw") else None
    pair = circle_pair(tmp_path / "pair", **form)
    card = store.add_file(pair, replace(OPTIONS, preprocess=rule))
    assert card.kind == "segmenter"
    return load(path=store.path_of(card), card=card)


def centre_and_size(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = box
    return (x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1


@pytest.mark.parametrize("form", [{}, {"raw": True}, {"fed": "image_embed"}, {"nested": True}])
@pytest.mark.parametrize("point", [(80.0, 50.0), (62.5, 47.5)])
def test_a_click_gives_discs_about_it(
    tmp_path: Path, form: dict[str, Any], point: tuple[float, float]
) -> None:
    engine = added(tmp_path, **form)
    found = engine.predict(engine.encode(PICTURE), Prompt(points=((*point, True),)))
    assert [one.score for one in found] == pytest.approx(sorted(SCORES, reverse=True))
    for one, radius in zip(found, (RADII[1], RADII[2], RADII[0]), strict=True):
        x, y, wide, high = centre_and_size(one.box)
        assert (x, y) == pytest.approx(point, abs=1)
        clipped = min(100.0, point[1] + radius * SCALE) - max(0.0, point[1] - radius * SCALE)
        assert (wide, high) == pytest.approx((2 * radius * SCALE, clipped), abs=3)
        assert one.mask is not None
        assert one.mask.shape[0] <= 100
        assert one.logits is not None
        assert one.logits.shape == (LOW, LOW)


def test_a_stretched_picture_gives_discs_that_are_stretched_back(tmp_path: Path) -> None:
    engine = added(tmp_path, stretched=True)
    encoding = engine.encode(PICTURE)
    (one,) = engine.predict(encoding, Prompt(points=((80, 50, True),), multimask=False))
    x, y, wide, high = centre_and_size(one.box)
    assert (x, y) == pytest.approx((80, 50), abs=1)
    sides = (2 * RADII[1] * SCALE, 2 * RADII[1] * 100 / SIDE)
    assert (wide, high) == pytest.approx(sides, abs=3)


def test_encodings_are_half_as_precise_and_say_the_size(tmp_path: Path) -> None:
    encoding = added(tmp_path).encode(PICTURE)
    assert encoding["image_embeddings"].dtype == np.float16
    assert encoding["size"].tolist() == [160, 100]


def test_the_earlier_answer_is_fed_to_the_next_click(tmp_path: Path) -> None:
    engine = added(tmp_path)
    encoding = engine.encode(PICTURE)
    prompt = Prompt(points=((80, 50, True),), multimask=False)
    (first,) = engine.predict(encoding, prompt)
    (second,) = engine.predict(encoding, replace(prompt, previous=first.logits))
    assert first.logits is not None
    assert second.logits is not None
    assert np.allclose(second.logits, 2 * first.logits)
    strange = np.zeros((3, 5), np.float32)
    (third,) = engine.predict(encoding, replace(prompt, previous=strange))
    assert third.logits is not None
    assert np.allclose(third.logits, first.logits)


def test_a_higher_threshold_gives_fewer_pixels(tmp_path: Path) -> None:
    engine = added(tmp_path)
    encoding = engine.encode(PICTURE)
    prompt = Prompt(points=((80, 50, True),), multimask=False)
    levels = (1e-9, 0.5, 1 - 1e-9)
    found = [engine.predict(encoding, replace(prompt, threshold=one))[0] for one in levels]
    low, middle, high = [0 if one.mask is None else int(one.mask.sum()) for one in found]
    assert low > middle > high


def test_a_box_wants_a_box(tmp_path: Path) -> None:
    engine = added(tmp_path)
    found = engine.predict(engine.encode(PICTURE), Prompt(box=(60, 40, 90, 70), want="box"))
    assert all(one.mask is None and one.logits is None for one in found)


def test_a_decoder_that_knows_no_boxes_is_asked_about_the_middle(tmp_path: Path) -> None:
    engine = added(tmp_path, nested=True)
    encoding = engine.encode(PICTURE)
    for radius in RADII:
        half = radius * SCALE
        box = (80 - half, 50 - half, 80 + half, 50 + half)
        found = engine.predict(encoding, Prompt(box=box))
        assert len(found) == 3
        x, y, wide, _ = centre_and_size(found[0].box)
        assert (x, y, wide) == pytest.approx((80, 50, 2 * half), abs=4)


def test_what_the_decoder_is_sure_of_nowhere_is_still_an_answer(tmp_path: Path) -> None:
    engine = added(tmp_path)
    nowhere = np.full((LOW, LOW), -1e6, np.float32)
    for prompt in (Prompt(points=((80, 50, True),)), Prompt(box=(70, 40, 90, 60))):
        found = engine.predict(engine.encode(PICTURE), replace(prompt, previous=nowhere))
        assert [one.score for one in found] == [0, 0, 0]
        assert all(one.mask is not None and one.mask.any() for one in found)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 500), (3_000, 2), (64, 64), (63, 65)])
def test_pictures_of_any_shape_are_answered(tmp_path: Path, width: int, height: int) -> None:
    engine = added(tmp_path)
    picture = np.zeros((height, width, 3), np.uint8)
    prompt = Prompt(points=((width / 2, height / 2, True),))
    for one in engine.predict(engine.encode(picture), prompt):
        x1, y1, x2, y2 = one.box
        assert 0 <= x1 < x2 <= width
        assert 0 <= y1 < y2 <= height


def test_a_point_and_its_way_back_meet() -> None:
    from sightline.core.preprocess import Preprocess

    frame = frame_of(160, 100, Preprocess(size=SIDE, resize="letterbox"))
    logits = np.full((SIDE, SIDE), -1.0, np.float32)
    x, y = (round(side) for side in frame.points([(81.25, 51.25)])[0])
    logits[y, x] = 1
    found = frame.mask(logits)
    assert found is not None
    mask, (left, top) = found
    ys, xs = np.nonzero(mask)
    assert (left + xs.mean() + 0.5, top + ys.mean() + 0.5) == pytest.approx((81.25, 51.25), abs=0.6)


def test_another_preprocessing_is_another_key(tmp_path: Path) -> None:
    engine = added(tmp_path)
    store = ModelStore(tmp_path / "models")
    rule = replace(OPTIONS, preprocess=f"imagenet-{SIDE}-stretch")
    card = store.add_file(tmp_path / "pair", rule)
    assert load(path=store.path_of(card), card=card).key != engine.key


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    pair = circle_pair(tmp_path / "pair", stretched=True)
    circle_pair(tmp_path / "plain")
    (pair / "encoder.onnx").write_bytes((tmp_path / "plain" / "encoder.onnx").read_bytes())
    card = store.add_file(pair, OPTIONS)
    with pytest.raises(InvalidInputError, match="also asks for"):
        load(path=store.path_of(card), card=card)
    store.path_of(card).with_name("decoder.onnx").unlink()
    with pytest.raises(MissingWeightsError):
        load(path=store.path_of(card), card=card)


def test_of_an_export_in_many_precisions_the_plain_files_are_taken(tmp_path: Path) -> None:
    pair = circle_pair(tmp_path / "pair", nested=True)
    for one, name in (("encoder", "vision_encoder"), ("decoder", "prompt_encoder_mask_decoder")):
        data = (pair / f"{one}.onnx").read_bytes()
        (pair / f"{name}.onnx").write_bytes(data)
        (pair / f"{name}_fp16.onnx").write_bytes(data)
        (pair / f"{one}.onnx").unlink()
    store = ModelStore(tmp_path / "models")
    assert store.add_file(pair, OPTIONS).kind == "segmenter"
    pair.rename(tmp_path / "repository-onnx")
    (tmp_path / "repository").mkdir()
    (tmp_path / "repository-onnx").rename(tmp_path / "repository" / "onnx")
    card = store.add_file(tmp_path / "repository", OPTIONS)
    assert (card.kind, card.source) == ("segmenter", "repository")


def test_a_folder_with_two_encoders_is_refused(tmp_path: Path) -> None:
    pair = circle_pair(tmp_path / "pair")
    (pair / "large.onnx").write_bytes((pair / "encoder.onnx").read_bytes())
    with pytest.raises(SightlineError, match="2 encoders and 1 decoders"):
        ModelStore(tmp_path / "models").add_file(pair, OPTIONS)
