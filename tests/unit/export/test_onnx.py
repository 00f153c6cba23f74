from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from fakes.onnx_graphs import colour_card
from fakes.plain_pictures import write_picture
from sightline.core.errors import (
    CancelledError,
    InvalidInputError,
    MissingWeightsError,
    ParityError,
)
from sightline.core.preprocess import Preprocess
from sightline.core.progress import Silent
from sightline.export.onnx import export_net, export_onnx, load_net, onnx_bytes
from sightline.export.parity import torch_logits
from sightline.export.probes import Probe
from sightline.imaging.preprocess import load, normalise
from sightline.nets.build import build, embed
from sightline.nets.weights import save_state
from sightline.predict.session import OnnxClassifier, open_classifier
from sightline.store.onnx_file import read_onnx

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import F32, U8
    from sightline.core.cards import ModelCard

RULE = Preprocess(size=32, resize="crop", resize_px=40)


def card(**changes: Any) -> ModelCard:
    fields: dict[str, Any] = {
        "format": "torch",
        "file": "weights.safetensors",
        "network": "small_cnn",
        "preprocess": RULE.to_dict(),
        "temperature": 1.7,
    }
    return colour_card("digits", **(fields | changes))


@pytest.fixture(scope="module")
def net() -> torch.nn.Module:
    torch.manual_seed(3)
    return build("small_cnn", 3).eval()


@pytest.fixture(scope="module")
def exported(net: torch.nn.Module, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exported") / "model.onnx"
    export_net(net, card(), out, serve=open_classifier)
    return out


class WrongMean(OnnxClassifier):
    """Says that it normalises as the model does, and does not."""

    def _run(self, images: U8, roles: list[str]) -> dict[str, F32]:
        wrong = np.clip(images.astype(np.int16) + 30, 0, 255).astype(np.uint8)
        return super()._run(wrong, roles)


def served_wrong(file: Path) -> WrongMean:
    good = open_classifier(file)
    return WrongMean(good._session, good.card, 0)


def test_the_report_tells_path_bytes_pictures_and_difference(
    net: torch.nn.Module, tmp_path: Path
) -> None:
    sample = write_picture(tmp_path / "a.png", "red", side=50)
    out = tmp_path / "new" / "model.onnx"
    samples = [Probe("a.png", sample), Probe("gone.png", tmp_path / "gone.png")]
    report = export_net(net, card(), out, serve=open_classifier, samples=samples)
    assert report.path == out
    assert report.bytes == out.stat().st_size
    assert 0 <= report.parity_max_abs <= 1e-5
    assert report.probes >= 15
    assert report.skipped == ("gone.png",)
    assert set(report.to_dict()) == {"path", "parity_max_abs", "bytes", "probes"}


def test_the_file_keeps_the_contract(exported: Path) -> None:
    info = read_onnx(exported)
    assert [one.describe() for one in info.inputs] == ["image uint8 [n, 32, 32, 3]"]
    assert [one.name for one in info.outputs] == ["probabilities", "logits", "embedding"]
    assert info.opset == 17
    assert info.domains == {""}
    served = open_classifier(exported)
    assert served.preprocess == RULE
    assert served.classes == card().classes
    assert served.card.temperature == 1.7


def test_probabilities_are_the_calibrated_ones_of_the_network(
    net: torch.nn.Module, exported: Path, shared_data: Path
) -> None:
    served = open_classifier(exported)
    for file in sorted((shared_data / "exif_orientation").glob("*.jpg"))[:3]:
        image = load(file, RULE)
        logits = torch.from_numpy(torch_logits(net, image, card()))
        want = torch.softmax(logits / 1.7, 0).numpy()
        np.testing.assert_allclose(served.classify(image[None])[0], want, atol=1e-5)


def test_the_embedding_is_the_networks(net: torch.nn.Module, exported: Path) -> None:
    image = np.random.default_rng(1).integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)
    answers = open_classifier(exported).answers(image)
    with torch.inference_mode():
        want = embed(net, torch.from_numpy(normalise(image, RULE))).numpy()
    np.testing.assert_allclose(answers["embedding"], want, atol=1e-4)


def test_equal_inputs_give_equal_bytes(net: torch.nn.Module) -> None:
    assert onnx_bytes(net, card()) == onnx_bytes(net, card())


def test_a_wrong_normalisation_is_refused_and_nothing_is_written(
    net: torch.nn.Module, tmp_path: Path
) -> None:
    out = tmp_path / "model.onnx"
    out.write_bytes(b"the last good one")
    with pytest.raises(ParityError) as caught:
        export_net(net, card(), out, serve=served_wrong)
    assert caught.value.hint
    assert [one.name for one in tmp_path.iterdir()] == ["model.onnx"]
    assert out.read_bytes() == b"the last good one"


def test_a_network_that_is_sure_of_nothing_does_not_hide_a_wrong_normalisation(
    tmp_path: Path,
) -> None:
    torch.manual_seed(4)
    net = build("small_cnn", 3).eval()
    with torch.no_grad():
        for weights in net.parameters():
            if weights.shape[0] == 3:
                weights.mul_(1e-4)
    with pytest.raises(ParityError, match="logits"):
        export_net(net, card(), tmp_path / "m.onnx", serve=served_wrong)
    export_net(net, card(), tmp_path / "m.onnx", serve=open_classifier)


def test_another_preprocessing_or_temperature_in_the_file_is_refused(
    net: torch.nn.Module, tmp_path: Path
) -> None:
    def stretched(file: Path) -> OnnxClassifier:
        good = open_classifier(file)
        wrong = replace(good.card, preprocess=Preprocess(size=32))
        return OnnxClassifier(good._session, wrong, 0)

    def uncalibrated(file: Path) -> OnnxClassifier:
        good = open_classifier(file)
        wrong = replace(good.card, temperature=1.0, outputs={"logits": "logits"})
        return OnnxClassifier(good._session, wrong, 0)

    for serve in (stretched, uncalibrated):
        with pytest.raises(ParityError):
            export_net(net, card(temperature=3.0), tmp_path / "m.onnx", serve=serve)
    assert list(tmp_path.iterdir()) == []


def test_an_answer_that_is_no_number_is_refused(tmp_path: Path) -> None:
    net = build("small_cnn", 3).eval()
    with torch.no_grad():
        for weights in net.parameters():
            weights.fill_(float("nan"))
    with pytest.raises(ParityError):
        export_net(net, card(), tmp_path / "m.onnx", serve=open_classifier)


def test_it_stops_when_asked_to_and_leaves_nothing(net: torch.nn.Module, tmp_path: Path) -> None:
    class Stops(Silent):
        def check(self) -> None:
            raise CancelledError("stop")

    with pytest.raises(CancelledError):
        export_net(net, card(), tmp_path / "m.onnx", serve=open_classifier, progress=Stops())
    assert list(tmp_path.iterdir()) == []


def test_a_model_folder_is_exported(net: torch.nn.Module, tmp_path: Path) -> None:
    weights = tmp_path / "weights.safetensors"
    save_state(weights, net.state_dict())
    report = export_onnx(card(), weights, tmp_path / "model.onnx", serve=open_classifier)
    assert report.path.is_file()
    with pytest.raises(InvalidInputError, match="2 classes"):
        export_onnx(card(classes=["a", "b"]), weights, tmp_path / "m", serve=open_classifier)
    with pytest.raises(MissingWeightsError):
        export_onnx(card(), tmp_path / "none", tmp_path / "m.onnx", serve=open_classifier)
    with pytest.raises(InvalidInputError):
        export_onnx(card(format="onnx"), weights, tmp_path / "m.onnx", serve=open_classifier)


def test_importing_export_does_not_import_torch() -> None:
    script = "import sys, sightline.export.onnx; assert not {'torch', 'onnx'} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2_same", "timm:test_vit"])
def test_networks_of_the_table_and_of_timm_pass_the_gate(name: str, tmp_path: Path) -> None:
    torch.manual_seed(2)
    rule = Preprocess(size=64).to_dict()
    net = build(name, 3, px=64).eval()
    model = card(network=name, preprocess=rule)
    report = export_net(net, model, tmp_path / "m.onnx", serve=open_classifier)
    assert report.parity_max_abs < 1e-4


def test_real_weights_answer_as_the_onnx_file_published_with_them(
    tmp_path: Path, shared_data: Path
) -> None:
    folder = shared_data / "weights_mobilenet_v2"
    labels = (folder / "imagenet_labels_1000.txt").read_text("utf-8").splitlines()
    known = [f"{number} {label}" for number, label in enumerate(labels)]
    rule = Preprocess(size=224, resize="crop", resize_px=256)
    model = card(network="mobilenet_v2_same", classes=known, preprocess=rule.to_dict())
    net = load_net(model, folder / "mobilenet_v2_imagenet.safetensors")
    export_net(net, model, tmp_path / "m.onnx", serve=open_classifier)
    peer = open_classifier(
        folder / "mobilenet_v2_imagenet.onnx",
        card(classes=known, preprocess=rule.to_dict(), outputs={"logits": "logits"}),
    )
    photos = sorted((shared_data / "det_coco128" / "images").glob("*.jpg"))[:6]
    images = np.stack([load(photo, rule) for photo in photos])
    ours = open_classifier(tmp_path / "m.onnx").answers(images)
    np.testing.assert_allclose(ours["logits"], peer.answers(images)["logits"], atol=2e-2)
    np.testing.assert_allclose(ours["probabilities"], peer.classify(images), atol=5e-3)
