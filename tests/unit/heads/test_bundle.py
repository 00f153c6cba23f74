"""A head that travels comes back as it went, and nothing that does not fit is let in."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.heads.bundle import CropRule, Guard, HeadBundle, Layer, load, save

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import F32


def layers(*sizes: int, seed: int = 0) -> tuple[Layer, ...]:
    rng = np.random.default_rng(seed)
    return tuple(
        Layer(
            rng.normal(size=(before, after)).astype(np.float32),
            rng.normal(size=after).astype(np.float32),
        )
        for before, after in itertools.pairwise(sizes)
    )


def bundle(*sizes: int, **more: Any) -> HeadBundle:
    widths = sizes or (5, 3)
    names = ("cat", "dog", "__bg_0")[: widths[-1]]
    told: dict[str, Any] = {"encoder": "hog", "encoder_key": "hog-1", "dim": widths[0]}
    return HeadBundle(**{"layers": layers(*widths), "classes": names, **told, **more})


def rows(n: int = 6, dim: int = 5) -> F32:
    return np.random.default_rng(3).normal(size=(n, dim)).astype(np.float32)


@pytest.mark.parametrize("sizes", [(5, 3), (5, 8, 3), (5, 8, 4, 2)])
@pytest.mark.parametrize("normalise", ["none", "l2", "standard"])
def test_a_head_survives_the_disk_with_all_that_it_says(
    tmp_path: Path, sizes: tuple[int, ...], normalise: str
) -> None:
    standard = normalise == "standard"
    one = bundle(
        *sizes,
        normalise=normalise,
        mean=np.arange(5, dtype=np.float32) if standard else None,
        scale=np.full(5, 2, np.float32) if standard else None,
        crop=CropRule(padding=0.1, square=True),
        temperature=1.5,
        guard=Guard(min_prob=0.6),
        facts={"metrics": {"macro_f1": 0.9}},
    )
    save(tmp_path / "head.safetensors", one)
    back = load(tmp_path / "head.safetensors")
    assert (back.probabilities(rows()) == one.probabilities(rows())).all()
    assert back.card() == one.card()


def test_probabilities_are_those_of_the_layers_written_out() -> None:
    one = bundle(5, 8, 3, temperature=2.0, normalise="l2")
    first, second = one.layers
    unit = rows() / np.linalg.norm(rows(), axis=1, keepdims=True)
    logits = (np.maximum(unit @ first.weight + first.bias, 0) @ second.weight + second.bias) / 2
    wanted = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    assert np.abs(one.probabilities(rows()) - wanted).max() < 1e-5


@given(st.integers(0, 5), st.floats(0.01, 100), st.booleans())
def test_rows_of_probabilities_sum_to_one(n: int, size: float, half: bool) -> None:
    given_rows = (rows(n) * size).astype(np.float16 if half else np.float32)
    answer = bundle(5, 4, 3).probabilities(given_rows)
    assert answer.shape == (n, 3)
    assert np.abs(answer.sum(axis=1) - 1).max(initial=0) < 1e-5


def test_background_is_told_by_its_names() -> None:
    assert (bundle().background, bundle().foreground) == (("__bg_0",), ("cat", "dog"))


def test_embeddings_of_another_length_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="do not fit"):
        bundle().probabilities(rows(2, 4))


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"layers": layers(5, 2)}, "2 answers for 3"),
        ({"layers": layers(4, 3)}, "do not follow 5"),
        ({"layers": ()}, "0 layers"),
        ({"classes": ("cat", "cat", "dog")}, "twice"),
        ({"temperature": 0.0}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"normalise": "rot13"}, "rot13"),
        ({"normalise": "standard"}, "mean and scale"),
        ({"mean": np.zeros(5, np.float32)}, "mean and scale"),
        ({"layers": (Layer(np.full((5, 3), np.nan, np.float32), layers(5, 3)[0].bias),)}, "finite"),
    ],
)
def test_what_does_not_fit_together_is_no_head(change: dict[str, Any], match: str) -> None:
    with pytest.raises(InvalidInputError, match=match):
        replace(bundle(), **change)


def test_a_missing_damaged_or_foreign_file_is_told(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    path = tmp_path / "head.safetensors"
    with pytest.raises(MissingWeightsError):
        load(path)
    save(path, bundle())
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(InvalidInputError, match="damaged"):
        load(path)
    path.write_bytes(b"\x80\x04\x95pickle")
    with pytest.raises(InvalidInputError, match="damaged"):
        load(path)
    save_file({"weight": np.zeros((2, 2), np.float32)}, path)
    with pytest.raises(InvalidInputError, match="no head's card"):
        load(path)
    for text in ("[]", "{", json.dumps(bundle().card() | {"classes": 3})):
        save_file({}, path, metadata={"card": text})
        with pytest.raises(InvalidInputError, match="is no head"):
            load(path)
