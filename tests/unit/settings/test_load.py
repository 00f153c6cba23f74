from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError
from sightline.settings import (
    PREFIX,
    Settings,
    as_variables,
    find_workspace,
    load_settings,
    public,
    save_settings,
    schema,
)

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with no .env of anybody."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, **values: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values), "utf-8")
    return path


def load(here: Path, environ: dict[str, str] | None = None, **flags: Any) -> tuple[Any, str]:
    """Return the split seed and where it came from."""
    loaded = load_settings(
        here / "w", flags=flags, project_dir=here / "w/projects/pets", environ=environ or {}
    )
    return loaded.settings.split_seed, loaded.origins["split_seed"]


def test_each_source_rules_over_the_ones_below_it(here: Path) -> None:
    assert load(here) == (42, "default")
    write(here / "w/settings.json", split_seed=1)
    assert load(here) == (1, "settings.json")
    write(here / "w/projects/pets/project.json", split_seed=2)
    assert load(here) == (2, "project.json")
    (here / ".env").write_text("SIGHTLINE_SPLIT_SEED=3\n")
    assert load(here) == (3, ".env")
    environ = {"SIGHTLINE_SPLIT_SEED": "4"}
    assert load(here, environ) == (4, "environment")
    assert load(here, environ, split_seed=5) == (5, "flag")
    assert load(here, environ, split_seed=None) == (4, "environment")


def test_empty_variables_count_as_not_set(here: Path) -> None:
    (here / ".env").write_text("SIGHTLINE_SPLIT_SEED=\n")
    assert load(here, {"SIGHTLINE_SPLIT_SEED": ""}) == (42, "default")


def test_names_of_earlier_tools_are_understood_and_ours_rule_over_them(here: Path) -> None:
    environ = {"AL_DATA_DIR": "/a", "AL_DB_PATH": "x.db", "AL_EMBEDDING_BACKEND": "torch"}
    found = load_settings(None, environ=environ).settings
    assert (found.data_dir, found.encoder) == ("/a", "torch")
    assert found.database_url == str(here / "x.db"), "their paths are relative to where one stands"
    served = environ | {"AL_DB_PATH": "postgresql://u@h/d"}
    assert load_settings(None, environ=served).settings.database_url == "postgresql://u@h/d"
    ours = environ | {"SIGHTLINE_DATA_DIR": "/b", "AL_EMBEDDING_BACKEND": "hog"}
    found = load_settings(None, environ=ours).settings
    assert (found.data_dir, found.encoder) == ("/b", "hog")


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "workspace"),
        ({"AL_STORE_DIR": "old"}, "old"),
        ({"AL_STORE_DIR": "old", "SIGHTLINE_WORKSPACE": "new"}, "new"),
    ],
)
def test_the_workspace_is_found(here: Path, environ: dict[str, str], expected: str) -> None:
    assert find_workspace(None, environ) == (here / expected).resolve()
    assert find_workspace(Path("flag"), environ) == (here / "flag").resolve()


def test_a_home_that_is_not_there_is_told() -> None:
    with pytest.raises(InvalidInputError, match="nobody_has_this_name"):
        find_workspace(Path("~nobody_has_this_name/w"), {})


def test_lists_are_written_with_commas_and_folders_as_paths_are() -> None:
    roots = os.pathsep.join(["/a,b", "/c"])
    environ = {"SIGHTLINE_ALLOWED_HOSTS": "a.example,b.example", "SIGHTLINE_ALLOWED_ROOTS": roots}
    found = load_settings(None, environ=environ).settings
    assert found.allowed_hosts == ["a.example", "b.example"]
    assert found.allowed_roots == ["/a,b", "/c"]


def test_an_unknown_key_names_its_file_and_the_nearest(here: Path) -> None:
    write(here / "w/settings.json", prot=8080)
    with pytest.raises(InvalidInputError, match=r"'prot' \(settings\.json\)") as caught:
        load_settings(here / "w", environ={})
    assert caught.value.hint == "did you mean 'port'?"


def test_a_project_cannot_set_what_is_the_workspaces(here: Path) -> None:
    file = write(here / "p/project.json", port=1)
    with pytest.raises(InvalidInputError, match=re.escape(str(file))):
        load_settings(None, project_dir=here / "p", environ={})
    with pytest.raises(InvalidInputError, match=r"project\.json cannot hold"):
        save_settings(file, {"port": 1})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("port", 70000),
        ("port", "http"),
        ("val_share", -0.1),
        ("task", "both"),
        ("log_level", "loud"),
        ("auto_refit", "maybe"),
        ("allowed_hosts", "a.example"),
        ("person", ""),
        ("title", "x" * 201),
    ],
)
def test_a_bad_value_names_its_key_its_source_and_what_it_means(
    here: Path, key: str, value: Any
) -> None:
    write(here / "w/settings.json", **{key: value})
    with pytest.raises(InvalidInputError, match=rf"{key} \(settings\.json\)") as caught:
        load_settings(here / "w", environ={})
    assert caught.value.hint == Settings.model_fields[key].description


def test_a_bad_variable_is_said_to_be_one() -> None:
    with pytest.raises(InvalidInputError, match=r"port \(environment\)"):
        load_settings(None, environ={"SIGHTLINE_PORT": "http"})
    with pytest.raises(InvalidInputError, match=r"port \(flag\)"):
        load_settings(None, environ={}, flags={"port": -1})


@pytest.mark.parametrize("text", ["[]", "3", "{", '"x"'])
def test_a_file_that_is_no_object_is_named(here: Path, text: str) -> None:
    file = write(here / "w/settings.json")
    file.write_text(text)
    with pytest.raises(InvalidInputError, match=r"settings\.json"):
        load_settings(here / "w", environ={})
    with pytest.raises(InvalidInputError, match=r"settings\.json"):
        save_settings(file, {"port": 1})


def test_a_dotenv_in_another_encoding_is_named(here: Path) -> None:
    (here / ".env").write_bytes(b"SIGHTLINE_TITLE=\xff\xfe\n")
    with pytest.raises(InvalidInputError, match=r"\.env cannot be read"):
        load_settings(None, environ={})


def test_shares_that_leave_nothing_to_train_on_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="leave nothing"):
        load_settings(None, environ={}, flags={"val_share": 0.6, "test_share": 0.4})


def test_saving_keeps_the_other_keys_and_refuses_without_writing(here: Path) -> None:
    file = write(here / "settings.json", port=1, **{"$schema": "s.json"}, later=3)
    save_settings(file, {"title": "Pets"})
    assert json.loads(file.read_text()) == {
        "port": 1,
        "$schema": "s.json",
        "later": 3,
        "title": "Pets",
    }
    before = file.read_bytes()
    with pytest.raises(InvalidInputError, match="prot") as caught:
        save_settings(file, {"prot": 2})
    assert "'port'" in caught.value.hint
    with pytest.raises(InvalidInputError, match=r"port \(settings\.json\)"):
        save_settings(file, {"port": 99999})
    assert file.read_bytes() == before


def test_settings_that_are_shown_hold_no_secret() -> None:
    flags = {"token": "hunter2", "database_url": "postgresql://me:hunter2@db.example/x"}
    shown = public(load_settings(None, environ={}, flags=flags).settings)
    assert "hunter2" not in json.dumps(shown)
    assert shown["database_url"] == "postgresql://***@db.example/x"
    assert public(load_settings(None, environ={}).settings)["token"] == ""


def test_what_was_hidden_is_not_saved_over_what_it_hides(here: Path) -> None:
    url = "postgresql://me:hunter2@db.example/x"
    file = write(here / "settings.json", token="hunter2", database_url=url)
    shown = public(load_settings(here, environ={}).settings)
    save_settings(file, shown | {"port": 1234})
    kept = json.loads(file.read_text())
    assert (kept["token"], kept["database_url"], kept["port"]) == ("hunter2", url, 1234)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "port": st.integers(0, 65535),
            "auto_refit": st.booleans(),
            "refit_delay_s": st.floats(0, 60),
            "task": st.sampled_from(["auto", "single", "multi"]),
            "encoder": st.sampled_from(["hog", "mobilenet", "auto"]),
            "allowed_hosts": st.lists(st.from_regex(r"[a-z.]{1,8}", fullmatch=True), min_size=1),
            "allowed_roots": st.lists(st.from_regex(r"/[a-z, ]{1,8}", fullmatch=True), min_size=1),
        },
    )
)
def test_flags_pass_through_variables_to_another_process(flags: dict[str, Any]) -> None:
    there = load_settings(None, environ=as_variables(flags), flags={})
    assert there.settings == load_settings(None, environ={}, flags=flags).settings
    assert {key for key, origin in there.origins.items() if origin != "default"} == set(flags)


def test_flags_that_are_not_settings_or_not_given_are_left_out() -> None:
    assert as_variables({"port": None, "workspace": "w"}) == {}


def test_every_setting_has_a_description_and_stands_in_the_example_with_its_default() -> None:
    text = (ROOT / ".env.example").read_text("utf-8")
    lines = dict(line.split("=", 1) for line in text.splitlines() if re.match(r"[A-Z_]+=", line))
    named = {key.removeprefix(PREFIX).lower() for key in lines if key.startswith(PREFIX)}
    assert named == set(Settings.model_fields) | {"workspace"}
    for field in Settings.model_fields.values():
        assert field.description
        assert f"# {field.description}" in text
    defaults = load_settings(None, environ={}).settings
    assert load_settings(None, environ={k: v for k, v in lines.items() if v}).settings == defaults


def test_the_forms_hold_what_their_files_may() -> None:
    assert set(schema()["properties"]) == set(Settings.model_fields)
    assert set(schema(project=True)["properties"]) == set(Settings.project_keys())
    assert "split_seed" in Settings.project_keys()
    assert "port" not in Settings.project_keys()


def test_threads_follow_the_cores_unless_they_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    settings = Settings.model_validate({})
    assert (settings.worker_threads(), settings.serving_threads()) == (7, 8)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert settings.worker_threads() == 1
    assert Settings.model_validate({"job_threads": 3}).worker_threads() == 3
