"""Rules of the house that no linter knows."""

from __future__ import annotations

import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src/sightline"
MOST_LINES = 400
CODE = {".py", ".ts", ".tsx"}
GENERATED = {"web/src/api/schema.d.ts", "web/src/api/schema.ts"}
TEXT = CODE | {
    ".css",
    ".js",
    ".mjs",
    ".md",
    ".toml",
    ".txt",
    ".json",
    ".yaml",
    ".yml",
    ".html",
    ".cfg",
    ".sh",
    "",
}

# Written in halves, so that this file does not name what it forbids.
FORBIDDEN = ("pypi" + ".org", "registry." + "npmjs", "/work" + "/", "unittest" + ".mock")
MAY_NAME = {
    "unittest" + ".mock": {"pyproject.toml", "CONTRIBUTING.md"},  # the rule itself
}


@cache
def tracked() -> tuple[str, ...]:
    """Paths of all files of the repository, relative to its root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return tuple(name for name in listed.stdout.split("\0") if (ROOT / name).is_file() and name)


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def python_modules() -> list[str]:
    return [name for name in tracked() if name.startswith("src/sightline/") and name[-3:] == ".py"]


def test_no_source_file_is_longer_than_a_person_can_hold() -> None:
    too_long = {
        name: lines
        for name in tracked()
        if Path(name).suffix in CODE and name not in GENERATED
        if (lines := text_of(name).count("\n")) > MOST_LINES
    }
    assert too_long == {}, "look for the second idea in them"


@pytest.mark.parametrize("word", FORBIDDEN)
def test_no_file_names_what_only_one_machine_or_no_test_needs(word: str) -> None:
    naming = {name for name in tracked() if Path(name).suffix in TEXT and word in text_of(name)}
    assert naming - MAY_NAME.get(word, set()) == set()


def test_every_unit_test_stands_where_its_module_stands() -> None:
    modules = {Path(name).relative_to("src/sightline").with_suffix("") for name in python_modules()}
    modules |= {module.parent for module in modules if module.name == "__init__"}
    stray = [
        name
        for name in tracked()
        if name.startswith("tests/unit/") and Path(name).name.startswith("test_")
        if _mirrored(Path(name)) not in modules and not _about_one_side(Path(name), modules)
    ]
    assert stray == [], (
        "tests/unit/<package>/test_<module>.py tests src/sightline/<package>/<module>.py"
    )


def _mirrored(test: Path) -> Path:
    inside = test.relative_to("tests/unit")
    return inside.with_name(inside.stem.removeprefix("test_"))


def _about_one_side(test: Path, modules: set[Path]) -> bool:
    """test_<module>_<side>.py: a module whose tests would not fit one file."""
    wanted = _mirrored(test)
    same_folder = [module for module in modules if module.parent == wanted.parent]
    return any(wanted.name.startswith(f"{module.name}_") for module in same_folder)


def test_every_layer_has_tests_of_its_own() -> None:
    tests = [name for name in tracked() if re.search(r"(^|/)test_[^/]*[.]py$", name)]
    untested = {
        layer
        for layer in layers()
        if not any(
            name.startswith(
                (f"tests/unit/{layer}/", f"tests/unit/test_{layer}.", f"tests/{layer}/")
            )
            for name in tests
        )
    }
    assert untested == set()


def layers() -> set[str]:
    contracts = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    rows = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return {name.strip() for row in rows for name in row.split("|")}


def test_every_layer_is_there_and_nothing_stands_outside_the_layers() -> None:
    there = {
        path.stem
        for path in SOURCE.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    assert there - {"__init__", "__main__"} == layers()


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("pickles", r"\bpickle\.loads?\(|\bjoblib\.load\(|allow_pickle=True"),
        ("torch.load of more than weights", r"\btorch\.load\((?!.*weights_only=True)"),
    ],
)
def test_nothing_that_is_loaded_can_run_code(what: str, pattern: str) -> None:
    found = [
        f"{name}: {line.strip()}"
        for name in python_modules()
        for line in text_of(name).splitlines()
        if re.search(pattern, line)
    ]
    assert found == [], what


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    left = [
        name
        for name in tracked()
        if Path(name).suffix in CODE
        and name != "tests/test_house.py"
        and marks.search(text_of(name))
    ]
    assert left == []
