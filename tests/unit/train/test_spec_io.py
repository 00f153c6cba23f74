from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError
from sightline.train.spec import TrainSpec, changed_keys, flat
from sightline.train.spec_io import apply_overrides, build_spec, load_spec

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import BaseModel


def test_json_with_comments_and_trailing_commas_is_read(tmp_path: Path) -> None:
    path = tmp_path / "spec.json"
    path.write_text('{ // eight\n "epochs": 8, /* fast */ "optimizer": {"lr": 1e-2,},\n}')
    spec = load_spec(path)
    assert (spec.epochs, spec.optimizer.lr) == (8, 0.01)
    assert spec.optimizer.name == "adamw"


def test_yaml_words_and_numbers_mean_what_they_look_like(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("epochs: 8\namp: off\nclass_weights: none\noptimizer: {lr: 1e-2}\n")
    spec = load_spec(path)
    assert (spec.epochs, spec.precision.amp, spec.loss.class_weights) == (8, "off", "none")
    assert spec.optimizer.lr == 0.01


def test_an_empty_file_gives_the_base(tmp_path: Path) -> None:
    (tmp_path / "s.yml").write_text("# nothing\n")
    assert load_spec(tmp_path / "s.yml", base=TrainSpec(epochs=3)).epochs == 3


def test_overrides_win_over_the_file_and_the_file_over_the_base(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("epochs: 8\nbatch_size: 4\n")
    spec = load_spec(path, ["epochs=2", "model.name=resnet18", "image_size=64", "ema=0",
                            "optimizer.lr = 3e-4"], base=TrainSpec(seed=9))  # fmt: skip
    assert (spec.epochs, spec.batch_size, spec.seed) == (2, 4, 9)
    assert (spec.model.name, spec.ema, spec.optimizer.lr) == ("resnet18", 0, 3e-4)


@pytest.mark.parametrize(
    ("override", "message", "hint"),
    [
        ("epoch=8", "unknown key 'epoch'", "did you mean 'epochs'"),
        ("optimizer.rl=1", "unknown key 'optimizer.rl'", "did you mean 'lr'"),
        ("lr=1", "unknown key 'lr'", "did you mean 'optimizer.lr'"),
        ("epochs=eight", "epochs is 'eight', but should be a valid integer", "Rounds over"),
        ("epochs=true", "epochs is True", ""),
        ("epochs=1.5", "epochs is 1.5", ""),
        ("epochs=0", "greater than or equal to 1", ""),
        ("optimizer.name=lion", "'adamw' or 'sgd'", ""),
        ("optimizer.lr=.inf", "less than or equal to 10", ""),
        ("optimizer.lr=.nan", "optimizer.lr is nan", ""),
        ("optimizer=5", "optimizer is 5", ""),
        ("model.name=resnet81", "no network named 'resnet81'", "did you mean 'resnet18'"),
        ("model.name=resnet18", "image_size 32 is too small for resnet18", ""),
        ("epochs", "sets nothing", "key=value"),
        ("=3", "sets nothing", ""),
        ("epochs.a=3", "epochs is {'a': 3}", ""),
        ("epochs=[", "is not YAML", ""),
    ],
)
def test_a_wrong_setting_names_its_key_and_what_is_allowed(
    override: str, message: str, hint: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        load_spec(None, [override])
    assert message in str(caught.value)
    assert hint in caught.value.hint


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(InvalidInputError) as caught:
        build_spec({"epochs": "x", "seed": -1, "nope": 1})
    assert all(key in str(caught.value) for key in ("epochs", "seed", "nope"))


def test_an_override_through_a_value_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="epochs in"):
        apply_overrides({"epochs": 3}, ["epochs.a=3"])


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.json", "{"), ("a.json", "[1]"), ("a.yaml", "- 1"), ("a.yaml", "a: [\n"),
     ("a.toml", ""), ("a.yaml", "!!python/object:os.system {}"), ("a.json", '{"a":1,"a":2}')],
)  # fmt: skip
def test_a_file_that_holds_no_settings_is_refused(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InvalidInputError):
        load_spec(tmp_path / name)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="cannot read"):
        load_spec(tmp_path / "none.json")


@given(
    st.integers(1, 999),
    st.floats(1e-6, 10),
    st.sampled_from(["adamw", "sgd"]),
    st.sampled_from(["none", "balanced"]),
)
def test_a_spec_survives_json(epochs: int, lr: float, name: str, weights: str) -> None:
    spec = build_spec(
        {"epochs": epochs, "optimizer": {"lr": lr, "name": name}, "class_weights": weights}
    )
    again = TrainSpec.model_validate_json(spec.model_dump_json())
    assert again == spec
    assert again.key() == spec.key()
    assert changed_keys(spec, again) == []


def test_changed_keys_are_dotted() -> None:
    other = build_spec({"optimizer": {"lr": 0.5}, "seed": 4})
    assert changed_keys(TrainSpec(), other) == ["seed", "optimizer.lr"]


def test_every_setting_of_the_schema_is_described_and_bounded() -> None:
    def walk(model: type[BaseModel]) -> None:
        for name, field in model.model_fields.items():
            kind = field.annotation
            if isinstance(kind, type) and hasattr(kind, "model_fields"):
                walk(kind)
                continue
            assert field.description, name
            assert field.description.endswith("."), name
            if kind in {int, float}:
                assert field.metadata, f"{name} has no bounds"

    walk(TrainSpec)
    schema = TrainSpec.model_json_schema()
    assert schema["additionalProperties"] is False
    assert "lr" in schema["$defs"]["OptimizerPart"]["properties"]
    assert "optimizer.lr" in flat(TrainSpec().model_dump())
