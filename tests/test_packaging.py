"""What is installed is what was pinned, and what is packed holds the page."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]


def pins() -> dict[str, Requirement]:
    """The lines of constraints.txt by normalised name."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    wanted = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(pin.name): pin for pin in wanted}


def pinned(name: str) -> str:
    (specifier,) = pins()[name].specifier
    return specifier.version


def installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    return [Requirement(line) for line in [*project["dependencies"], *extras]]


def closure() -> set[str]:
    """Names of all that the declared packages need here, as far as it is installed."""
    waiting = [(canonicalize_name(need.name), frozenset(need.extras)) for need in declared()]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = one = waiting.pop()
        if one in seen or installed(name) is None:
            continue
        seen.add(one)
        for line in importlib.metadata.requires(name) or []:
            need = Requirement(line)
            if any(applies(need, extra) for extra in extras or {""}):
                waiting.append((canonicalize_name(need.name), frozenset(need.extras)))
    return {name for name, _ in seen}


def applies(need: Requirement, extra: str) -> bool:
    return need.marker is None or need.marker.evaluate({"extra": extra})


def test_torch_is_the_build_that_was_chosen() -> None:
    torch = pytest.importorskip("torch")
    assert torch.__version__.partition("+")[0] == pinned("torch")
    noted = Path(sys.prefix) / "sightline.json"
    if noted.is_file():  # run.py made this environment
        choice = json.loads(noted.read_text())
        assert torch.__version__ == choice["torch"], "something replaced torch"
        local = torch.__version__.partition("+")[2]
        assert local in {choice["build"], ""}
    if torch.__version__.endswith("+cpu"):
        assert torch.version.cuda is None


def test_torchvision_is_the_version_that_goes_with_torch() -> None:
    version = installed("torchvision")
    assert version is not None
    assert version.partition("+")[0] == pinned("torchvision")


def test_every_declared_package_and_all_it_needs_is_pinned() -> None:
    cuda = {name for name in closure() if name.startswith(("nvidia-", "cuda-")) or name == "triton"}
    assert closure() - cuda - set(pins()) == set()


def test_pins_satisfy_what_is_declared() -> None:
    unmet = [
        str(need)
        for need in declared()
        if not need.specifier.contains(pinned(canonicalize_name(need.name)), prereleases=True)
    ]
    assert unmet == []


def test_what_is_installed_is_what_is_pinned() -> None:
    different = {
        name: (version, str(pin.specifier))
        for name, pin in pins().items()
        if pin.marker is None or pin.marker.evaluate()
        if (version := installed(name)) and not pin.specifier.contains(version.partition("+")[0])
    }
    assert different == {}


def test_constraints_name_versions_and_nothing_else() -> None:
    form = re.compile(r"[A-Za-z0-9._-]+==[0-9][0-9a-z.]*( ; sys_platform == \"win32\")?")
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#") and not form.fullmatch(line)] == []


def copy_of_the_repository(folder: Path) -> Path:
    """A checkout with a page that is built, so that packing it needs no Node."""
    copied = folder / "checkout"
    for name in ("pyproject.toml", "hatch_build.py", "LICENSE", "README.md", ".gitignore"):
        copied.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, copied)
    shutil.copytree(
        ROOT / "src/sightline", copied / "src/sightline", ignore=shutil.ignore_patterns("_web")
    )
    page = copied / "src/sightline/server/_web"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html>")
    (page / "assets/index-1.js").write_text("0")
    return copied


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_the_page_is_packed_although_git_ignores_it(tmp_path: Path, kind: str) -> None:
    checkout = copy_of_the_repository(tmp_path)
    built = build(checkout, kind)
    names = contents(built)
    assert any(name.endswith("sightline/server/_web/index.html") for name in names)
    assert any(name.endswith("sightline/server/_web/assets/index-1.js") for name in names)
    assert any(name.endswith("LICENSE") for name in names)
    assert any(name.endswith("sightline/core/errors.py") for name in names)
    assert not any("__pycache__" in name for name in names)


def test_a_release_refuses_to_be_packed_without_its_page(tmp_path: Path) -> None:
    checkout = copy_of_the_repository(tmp_path)
    (checkout / "web").mkdir()
    (checkout / "web/package.json").write_text("{}")
    nowhere = {"PATH": str(tmp_path), "SIGHTLINE_REQUIRE_PAGE": "1"}
    with pytest.raises(AssertionError, match="Node is not installed"):
        build(checkout, "wheel", environment=nowhere)
    without_page = {"PATH": str(tmp_path), "SIGHTLINE_REQUIRE_PAGE": "0"}
    assert build(checkout, "wheel", environment=without_page).is_file()


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_a_wheel_of_this_checkout_holds_its_page(tmp_path: Path) -> None:
    if not (ROOT / "web/package.json").is_file() or shutil.which("npm") is None:
        pytest.skip("no web/ or no Node here")
    names = contents(build(ROOT, "wheel", tmp_path, {"SIGHTLINE_REQUIRE_PAGE": "1"}))
    assert any(re.fullmatch(r"sightline/server/_web/assets/.*\.js", name) for name in names)


def build(
    checkout: Path, kind: str, out: Path | None = None, environment: dict[str, str] | None = None
) -> Path:
    """Build with the hatchling that is installed; raises AssertionError with its output."""
    out = out or checkout / "dist"
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", f"--{kind}", "-o", str(out), "."],
        cwd=checkout,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.iterdir()
    return built


def contents(built: Path) -> list[str]:
    if built.suffix == ".whl":
        with zipfile.ZipFile(built) as wheel:
            return wheel.namelist()
    with tarfile.open(built) as archive:
        return archive.getnames()
