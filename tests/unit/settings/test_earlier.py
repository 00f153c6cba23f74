from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError
from sightline.settings import ALIASES, Settings, load_settings
from sightline.settings.earlier import of_earlier_tools

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with no .env of anybody."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("environ", "setting", "expected"),
    [
        ({"CLIP_MODEL_NAME": "ViT-B/32"}, "encoder", "clip-vit-base-patch32"),
        ({"CLIP_MODEL_NAME": "ViT-L/14"}, "encoder", "clip-vit-large-patch14"),
        ({"CLIP_MODEL_NAME": "my-own"}, "encoder", "my-own"),
        ({"LOGREG_PATH": "./my_logreg_model.pkl"}, "box_head", "my_logreg_model"),
        ({"LOGREG_PATH": r"C:\heads\one.two.pkl"}, "box_head", "one.two"),
        ({"LOGREG_PATH": "heads/plain"}, "box_head", "plain"),
        ({"SAM_VARIANT": "sam1"}, "assist_engine", "sam-vit-huge"),
        ({"SAM_VARIANT": "SAM3"}, "assist_engine", "sam3"),
        ({"SAM_CHECKPOINT_PATH": "./sam_vit_b_01ec64.pth"}, "assist_engine", "sam-vit-base"),
        ({"SAM_CHECKPOINT_PATH": "/m/my-folder/"}, "assist_engine", "my-folder"),
        (
            {"SAM2_CONFIG_PATH": "c.yaml", "SAM2_CHECKPOINT_PATH": "sam2_hiera_small.pt"},
            "assist_engine",
            "sam2.1-hiera-small",
        ),
        (
            {
                "SAM_VARIANT": "sam2",
                "SAM_CHECKPOINT_PATH": "sam_vit_h_4b8939.pth",
                "SAM2_CHECKPOINT_PATH": "sam2.1_hiera_base_plus.pt",
            },
            "assist_engine",
            "sam2.1-hiera-base-plus",
        ),
        ({"SEG_BUILDER_WORKERS_PER_DEVICE": "4"}, "segment_workers", 4),
        ({"SEG_BUILDER_MAX_WORKERS": "1"}, "segment_workers", 1),
        ({"SEG_BUILDER_MAX_WORKERS": "8"}, "segment_workers", 2),
        (
            {"SEG_BUILDER_WORKERS_PER_DEVICE": "6", "SEG_BUILDER_MAX_WORKERS": "3"},
            "segment_workers",
            3,
        ),
    ],
)
def test_a_variable_of_an_earlier_tool_stands_for_a_setting(
    environ: dict[str, str], setting: str, expected: Any
) -> None:
    loaded = load_settings(None, environ=environ)
    assert getattr(loaded.settings, setting) == expected
    assert loaded.origins[setting].endswith(" (environment)")
    changed = {key for key, origin in loaded.origins.items() if origin != "default"}
    assert changed == {setting}


def test_paths_are_relative_to_where_one_stands(here: Path) -> None:
    environ = {"LABELMAP_PATH": "labels.txt", "CLIP_EMBED_CACHE": "./uploads/clip_embeddings"}
    found = load_settings(None, environ=environ).settings
    assert found.labelmap == str(here / "labels.txt")
    assert found.crop_cache_dir == str(here / "uploads/clip_embeddings")


def test_whatever_is_set_here_rules_over_an_earlier_tools_name(here: Path) -> None:
    (here / ".env").write_text("SAM_VARIANT=sam2\nCLIP_MODEL_NAME=ViT-B/16\n")
    loaded = load_settings(here / "w", environ={"SAM_VARIANT": ""})
    assert loaded.settings.assist_engine == "sam2.1-hiera-large"
    assert loaded.origins["assist_engine"] == "SAM_VARIANT (.env)"
    loaded = load_settings(here / "w", environ={"SAM_VARIANT": "sam1"})
    assert loaded.settings.assist_engine == "sam-vit-huge", "the environment rules over .env"

    project = here / "w/projects/pets"
    project.mkdir(parents=True)
    (here / "w/settings.json").write_text(json.dumps({"assist_engine": "auto"}))
    (project / "project.json").write_text(json.dumps({"encoder": "hog"}))
    loaded = load_settings(here / "w", project_dir=project, environ={"SAM_VARIANT": "sam1"})
    assert (loaded.settings.assist_engine, loaded.settings.encoder) == ("auto", "hog")
    assert loaded.origins["encoder"] == "project.json"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SAM_VARIANT", "sam9"),
        ("SEG_BUILDER_WORKERS_PER_DEVICE", "two"),
        ("SEG_BUILDER_MAX_WORKERS", "0"),
        ("LABELMAP_PATH", "~nobody_has_this_name/labels.txt"),
    ],
)
def test_a_value_that_makes_no_sense_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(InvalidInputError, match=name) as caught:
        load_settings(None, environ={name: value})
    assert caught.value.hint


@given(
    st.dictionaries(
        st.sampled_from(sorted(set(ALIASES) - {"SAM_VARIANT"})),
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
    )
)
def test_any_text_is_understood_or_refused(environ: dict[str, str]) -> None:
    with suppress(InvalidInputError):
        found = of_earlier_tools(environ)
        assert set(found) <= set(Settings.model_fields)
        assert {name for name, _ in found.values()} <= set(environ)
