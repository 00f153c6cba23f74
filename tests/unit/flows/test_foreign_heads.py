from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from sightline.core.errors import InvalidInputError
from sightline.flows.foreign_heads import convert, label_names
from sightline.formats.pickle_names import Thing
from sightline.formats.pickle_reader import read_bytes

META = {"encoder_model": "facebook/dinov2-small", "normalize_embeddings": False}
rng = np.random.default_rng(0)
ROWS = rng.normal(size=(60, 6)) + 1
NAMES = np.array(["cat", "dog", "__bg_0"])[rng.integers(0, 3, 60)]


def kept(value: Any) -> Any:
    """What the reader gives of a value that was pickled."""
    return read_bytes(pickle.dumps(value), "head.pkl")


def unit(rows: Any) -> Any:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def same(model: Any, rows: Any = ROWS, *, meta: dict[str, Any] | None = None) -> None:
    bundle = convert(kept(model), meta=META if meta is None else meta)
    assert bundle.classes == tuple(model.classes_)
    np.testing.assert_allclose(bundle.probabilities(ROWS), model.predict_proba(rows), atol=1e-5)


def test_a_logistic_regression_answers_as_it_did() -> None:
    from sklearn.linear_model import LogisticRegression

    same(LogisticRegression().fit(ROWS, NAMES))
    two = NAMES != "__bg_0"
    same(LogisticRegression().fit(ROWS[two], NAMES[two]))
    normal = LogisticRegression().fit(unit(ROWS), NAMES)
    same(normal, unit(ROWS), meta={**META, "normalize_embeddings": True})


def test_older_regressions_answer_as_their_version_did() -> None:
    def of(classes: int, rows: int, **state: Any) -> Any:
        told = {"coef_": np.ones((rows, 6)), "intercept_": np.zeros(rows), **state}
        names = np.array(["a", "b", "c"][:classes])
        return convert(
            Thing("LogisticRegression", {**kept(told), "classes_": kept(names)}), meta=META
        )

    decision = ROWS.sum(axis=1)
    for said, factor in (("auto", 1), ("ovr", 1), ("multinomial", 2)):
        answers = of(2, 1, multi_class=said).probabilities(ROWS)[:, 1]
        np.testing.assert_allclose(answers, 1 / (1 + np.exp(-factor * decision)), atol=1e-5)
    notes = of(3, 3, multi_class="ovr").facts["training"]["notes"]
    assert "against the rest" in notes[0]
    assert of(3, 3, multi_class="multinomial", solver="saga").facts["training"]["notes"] == []


@pytest.mark.parametrize("activation", ["relu", "identity"])
def test_a_perceptron_answers_as_it_did(activation: Any) -> None:
    from sklearn.neural_network import MLPClassifier

    def fitted(rows: Any, names: Any) -> Any:
        model = MLPClassifier((5, 4), activation=activation, solver="lbfgs", max_iter=9, tol=10.0)
        return model.fit(rows, names)

    same(fitted(ROWS, NAMES))
    two = NAMES != "__bg_0"
    same(fitted(ROWS[two], NAMES[two]))


def test_a_pipeline_answers_as_it_did() -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import Normalizer, StandardScaler

    last = LogisticRegression()
    same(make_pipeline(StandardScaler(), last).fit(ROWS, NAMES))
    same(make_pipeline(Normalizer(), StandardScaler(with_mean=False), last).fit(ROWS, NAMES))
    turned = make_pipeline(StandardScaler(), Normalizer(), last).fit(ROWS, NAMES)
    with pytest.raises(InvalidInputError, match="before it normalises"):
        convert(kept(turned), meta=META)


def layered(**more: Any) -> dict[str, Any]:
    return {
        "classifier_type": "mlp",
        "classes": ["cat", "dog"],
        "layers": [
            {"weight": np.eye(3, 6), "bias": np.zeros(3), "activation": "relu"},
            {"weight": np.ones((2, 3)), "bias": np.array([0.0, 1.0]), "activation": "linear"},
        ],
        **more,
    }


def test_a_head_of_layers_answers_as_its_metadata_say() -> None:
    meta = {
        "encoder_model": "ViT-B/32",
        "embedding_dim": 6,
        "mlp_normalize_embeddings": True,
        "embedding_center_values": [0.1] * 6,
        "embedding_std_values": [2.0] * 6,
        "logit_adjustment_inference": True,
        "logit_adjustment": [0.5, -0.5],
        "calibration_temperature": 2.0,
    }
    bundle = convert(kept(layered()), meta=kept(meta))
    hidden = np.maximum(((unit(ROWS) - 0.1) / 2.0)[:, :3], 0).sum(axis=1)
    logits = np.stack([hidden + 0.5, hidden + 0.5], axis=1) / 2.0
    np.testing.assert_allclose(bundle.logits(ROWS), logits, atol=1e-5)
    assert bundle.encoder == "clip-vit-base-patch32"
    assert bundle.encoder_key == ""


@pytest.mark.parametrize(
    ("model", "why"),
    [
        (layered(arcface=True), "ArcFace"),
        (layered(layers=[]), "layers are damaged"),
        (layered(classes=["cat"]), "fewer than two"),
        (layered(layers=[{"weight": np.ones((2, 6)), "bias": [0, np.nan]}]), "bias is damaged"),
        (
            layered(layers=[{"weight": np.ones((2, 6)), "bias": [0, 0], "activation": "gelu"}]),
            "gelu",
        ),
        (
            layered(layers=[{"weight": np.ones((2, 6)), "bias": [0, 0], "layer_norm_weight": [1]}]),
            "layer norm",
        ),
        (["cat"], "a list"),
        ({"model": 3}, "a dict"),
    ],
)
def test_a_head_that_answers_otherwise_is_refused(model: Any, why: str) -> None:
    with pytest.raises(InvalidInputError, match=why):
        convert(kept(model), meta=META)


def test_without_metadata_the_length_tells_clip_and_anything_else_is_refused() -> None:
    def of(dim: int, **more: Any) -> Any:
        layer = {"weight": np.ones((2, dim)), "bias": np.zeros(2)}
        return convert(kept({"layers": [layer], "classes": ["a", "b"]}), **more)

    assert of(512).encoder == "clip-vit-base-patch32"
    assert of(768).encoder == "clip-vit-large-patch14"
    assert of(512).normalise == "l2"
    assert of(384, encoder="dinov2-small").encoder == "dinov2-small"
    odd: tuple[dict[str, Any], ...] = (
        {},
        {"meta": {}},
        {"meta": {"clip_model": "ViT-B/32", "embedding_dim": 512}},
    )
    for more in odd:
        with pytest.raises(InvalidInputError):
            of(384, **more)


def numbered(*classes: int) -> Any:
    size = len(classes)
    layer = {"weight": np.ones((size, 6)), "bias": np.zeros(size)}
    return kept({"layers": [layer], "classes": np.array(classes)})


def test_numbers_of_classes_are_named_by_the_labelmap() -> None:
    assert convert(numbered(0, 2), meta=META, names=["a", "b", "c"]).classes == ("a", "c")
    for names in (None, ["a", "b"]):
        with pytest.raises(InvalidInputError):
            convert(numbered(0, 2), meta=META, names=names)


def test_a_labelmap_of_another_head_is_refused() -> None:
    assert convert(kept(layered()), meta=META, names=["dog", "cat", "cow"]).classes == (
        "cat",
        "dog",
    )
    with pytest.raises(InvalidInputError, match="does not name cat"):
        convert(kept(layered()), meta=META, names=["dog", "cow"])


def test_labelmaps_are_lists_arrays_encoders_or_numbers_with_names() -> None:
    from sklearn.preprocessing import LabelEncoder

    names = ["a", "b"]
    encoder = LabelEncoder().fit(names)
    for value in (names, tuple(names), np.array(names), np.array(names, dtype=object), encoder):
        assert label_names(kept(value)) == ("a", "b")
    assert label_names({0: "a", 2: "c"}) == ("a", "1", "c")
    for odd in ([], [1], {"a": 1}, {10**9: "a"}, None, [""]):
        with pytest.raises(InvalidInputError):
            label_names(odd)
