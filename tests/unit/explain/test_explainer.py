from __future__ import annotations

import numpy as np
import pytest
import torch

from fakes.explained import card_of, full_backward, net_of, pictures
from sightline.core.errors import InvalidInputError, MissingExtraError
from sightline.explain.cam import class_map
from sightline.explain.explainer import Explainer, probabilities
from sightline.explain.facts import facts_of
from sightline.explain.methods import METHODS, method_of
from sightline.explain.score import score_cam
from sightline.explain.tap import run
from sightline.explain.ways import Wish
from sightline.imaging.preprocess import normalise
from sightline.nets.build import head_of


def head(net: torch.nn.Module) -> torch.nn.Linear:
    return head_of(net)[1]


def explainer(name: str = "small_cnn", size: int = 64) -> Explainer:
    return Explainer(net_of(name), card_of(name, size))


@pytest.mark.parametrize(
    ("name", "method"),
    [("small_cnn", "gradcam"), ("small_cnn", "gradcam++"), ("mobilenet_v2", "gradcam")],
)
def test_the_map_is_that_of_a_full_backward_pass_to_a_hundred_thousandth(
    name: str, method: str
) -> None:
    told = Explainer(net_of(name), card_of(name, 96))
    squares = pictures(2, 96)
    found = told.explain(squares, [0, 2], Wish(method=method))
    x = torch.from_numpy(normalise(squares, told.card.preprocess))
    whole = class_map(method, *full_backward(told.net, x, found.layer, [0, 2]))
    top = whole.amax(dim=(1, 2), keepdim=True)
    expected = torch.where(top > 0, whole / top, whole).numpy()
    assert expected.max() == 1
    assert abs(found.maps - expected).max() <= 1e-5


def test_where_the_head_is_linear_gradcam_is_the_class_weights_on_the_last_map() -> None:
    net = net_of("resnet18")
    x = torch.randn(2, 3, 96, 96)
    seen = run(net, x, "layer4", [1, 1])
    assert seen.gradient is not None
    linear = (head(net).weight[1, :, None, None] * seen.output).sum(1).relu() / 9
    assert torch.allclose(class_map("gradcam", seen.output, seen.gradient), linear, atol=1e-5)
    assert torch.allclose(class_map("hirescam", seen.output, seen.gradient), linear, atol=1e-5)


def test_the_sum_of_hirescam_is_the_logit_where_the_head_is_linear() -> None:
    net = net_of("small_cnn")
    x = torch.randn(1, 3, 32, 32)
    seen = run(net, x, "relu6", [2])
    assert seen.gradient is not None
    summed = (seen.gradient * seen.output).sum() + head(net).bias[2]
    assert torch.allclose(summed, seen.logits[0, 2], atol=1e-4)


def test_plus_plus_shows_all_of_two_things_that_are_alike() -> None:
    output = torch.zeros(1, 2, 4, 4)
    output[0, 0, 0, 0], output[0, 1, 3, 0:4] = 1.0, 1.0  # a small thing and a large one
    gradient = torch.full((1, 2, 4, 4), -0.01)
    gradient[0, 0, 0, 0], gradient[0, 1, 3, 0:4] = 1.0, 1.0
    plain = class_map("gradcam", output, gradient)[0]
    plus = class_map("gradcam++", output, gradient)[0]
    assert plain[0, 0] / plain[3, 0] < 0.4
    assert plus[0, 0] / plus[3, 0] > 2 * plain[0, 0] / plain[3, 0]


def test_no_map_of_another_name() -> None:
    with pytest.raises(InvalidInputError, match="no map"):
        class_map("x", torch.zeros(1, 1, 2, 2), torch.zeros(1, 1, 2, 2))


@pytest.mark.parametrize("method", [one for one in METHODS if one != "rollout"])
def test_every_method_finds_the_only_patch_that_the_answer_depends_on(method: str) -> None:
    told = explainer(size=32)
    with torch.no_grad():  # every convolution passes the brightness on; the head reads it
        for name, one in told.net.named_parameters():
            one.fill_(1 / 32 if name.startswith("conv") else 1.0 if "weight" in name else 0.0)
        for module in told.net.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.reset_running_stats()
        head(told.net).weight.zero_()
        head(told.net).weight[1] = 1.0
    square = np.full((1, 32, 32, 3), 110, np.uint8)
    square[:, 2:10, 20:28] = 255
    found = told.explain(square, [1], Wish(method=method))
    grid = found.maps[0]
    row, column = np.unravel_index(grid.argmax(), grid.shape)
    scale = 32 / len(grid)
    assert 0 <= row * scale < 12
    assert 18 <= column * scale < 30
    assert found.classes == (1,)


def test_the_answer_is_the_prediction() -> None:
    told = Explainer(net_of("small_cnn"), card_of("small_cnn", 32, temperature=2.0))
    squares = pictures(3, 32)
    with torch.no_grad():
        logits = told.net(torch.from_numpy(normalise(squares, told.card.preprocess)))
    expected = torch.softmax(logits / 2.0, dim=1).numpy()
    for method in ("gradcam", "scorecam", "integrated_gradients"):
        found = told.explain(squares, [None] * 3, Wish(method=method, steps=2, channels=4))
        assert np.allclose(found.probabilities, expected, atol=1e-6)
        assert found.classes == tuple(expected.argmax(1))


def test_several_pictures_at_once_are_as_one_by_one() -> None:
    told = explainer("small_cnn", 32)
    squares = pictures(3, 32)
    together = told.explain(squares, [0, 1, 2])
    for at in range(3):
        alone = told.explain(squares[at : at + 1], [at])
        assert np.allclose(alone.maps[0], together.maps[at], atol=1e-5)


def test_a_map_that_says_nothing_is_dark_and_not_noise() -> None:
    told = explainer()
    with torch.no_grad():
        head(told.net).weight[0] = -head(told.net).weight[0].abs()
    assert told.explain(pictures(1), [0]).maps.max() == 0


def test_score_cam_weighs_channels_by_what_the_picture_masked_with_them_scores() -> None:
    told = explainer(size=32)
    x = torch.from_numpy(normalise(pictures(1, 32), told.card.preprocess))
    layer = told.layers.choose("")
    found, logits, chosen = score_cam(told.net, x, layer, 1, top=0, batch=7)
    maps = run(told.net, x, layer.name, [1], gradient=False).output[0]
    scores, kept = [], []
    for one in maps:
        if one.max() > one.min():
            mask = (one - one.min()) / (one.max() - one.min())
            mask = torch.nn.functional.interpolate(mask[None, None], (32, 32), mode="bilinear")
            with torch.no_grad():
                scores.append(told.net(x * mask)[0, 1])
            kept.append(one)
    weight = torch.stack(scores).softmax(0)
    expected = sum(w * one for w, one in zip(weight, kept, strict=True))
    assert isinstance(expected, torch.Tensor)
    assert torch.allclose(found, expected.relu(), atol=1e-5)
    assert (chosen, len(logits)) == (1, 3)


def test_score_cam_says_how_many_channels_it_tried() -> None:
    told = explainer()
    assert (
        "8 of 128 channels"
        in told.explain(pictures(1), [0], Wish(method="scorecam", channels=8)).note
    )


def test_integrated_gradients_sum_to_the_rise_of_the_score() -> None:
    note = explainer().explain(pictures(1), [0], Wish(method="integrated_gradients")).note
    assert float(note.split("within ")[1].rstrip("%")) < 5


def test_without_captum_only_integrated_gradients_are_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sightline.explain.methods.installed", lambda name: name != "captum")
    with pytest.raises(MissingExtraError) as caught:
        method_of("integrated_gradients")
    assert "sightline[explain]" in caught.value.hint
    rows = {one["name"]: one for one in facts_of(explainer())["methods"]}
    assert not rows["integrated_gradients"]["ready"]
    assert "sightline[explain]" in rows["integrated_gradients"]["why"]
    assert rows["gradcam"]["ready"]


def test_an_unknown_method_layer_or_class_names_what_there_is() -> None:
    told = explainer()
    with pytest.raises(InvalidInputError) as caught:
        told.explain(pictures(1), [0], Wish(method="grad-cam"))
    assert "'gradcam'" in caught.value.hint
    with pytest.raises(InvalidInputError) as caught:
        told.explain(pictures(1), [0], Wish(layer="relu66"))
    assert "did you mean 'relu6'" in caught.value.hint
    with pytest.raises(InvalidInputError, match="no class 3"):
        told.explain(pictures(1), [3])
    with pytest.raises(InvalidInputError, match="steps"):
        Wish(steps=0)


def test_tags_are_explained_one_by_one_with_their_own_probabilities() -> None:
    class Tagged:
        task, temperature = "multi", 1.0

    found = probabilities(np.array([[2.0, -1.0, 3.0]], np.float32), Tagged())  # type: ignore[arg-type]
    assert np.allclose(found, 1 / (1 + np.exp([-2.0, 1.0, -3.0])), atol=1e-6)
