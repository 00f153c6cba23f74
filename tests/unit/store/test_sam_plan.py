"""How pictures are prepared for the SAM family, whatever form its folder has."""

from __future__ import annotations

from typing import Any

import pytest

from sightline.core.errors import InvalidInputError
from sightline.core.preprocess import IMAGENET_MEAN
from sightline.store.model_plan import ImportOptions
from sightline.store.sam_plan import SAM_KINDS, sam_preprocess

OPTIONS = ImportOptions(name="m")


@pytest.mark.parametrize("kind", SAM_KINDS)
def test_a_folder_that_says_nothing_is_taken_as_published(kind: str) -> None:
    found = sam_preprocess(kind, {}, {}, OPTIONS)
    third = kind.startswith("sam3")
    assert found.size == (1008 if third else 1024)
    assert found.resize == ("letterbox" if kind in {"sam", "sam_hq"} else "stretch")
    assert found.mean == ((0.5, 0.5, 0.5) if third else IMAGENET_MEAN)


@pytest.mark.parametrize(
    "config",
    [
        {"prompt_encoder_config": {"image_size": 512}},
        {"prompt_encoder_config": {"image_size": [512, 512]}},
        {"tracker_config": {"prompt_encoder_config": {"image_size": 512}}},
    ],
)
def test_the_side_is_that_of_the_prompts(config: dict[str, Any]) -> None:
    assert sam_preprocess("sam2", config, {}, OPTIONS).size == 512


def test_mean_and_spread_come_from_the_folder_then_from_the_person() -> None:
    said = {"image_processor": {"image_mean": [0.1, 0.2, 0.3], "image_std": [1, 1, 1]}}
    found = sam_preprocess("sam", {}, said, OPTIONS)
    assert (found.mean, found.std) == ((0.1, 0.2, 0.3), (1.0, 1.0, 1.0))
    asked = ImportOptions(name="m", preprocess="half-1024-stretch")
    assert sam_preprocess("sam", {}, said, asked).resize == "stretch"
    with pytest.raises(InvalidInputError, match="takes 1024 px") as caught:
        sam_preprocess("sam", {}, said, ImportOptions(name="m", preprocess="half-512"))
    assert "1024" in caught.value.hint
