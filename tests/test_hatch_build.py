"""The page is built when its sources changed, and only then."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from hatch_build import PAGE, PageError, build_page, find_npm, hash_of, is_current

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the fake npm is a shell script")

FAKE_NPM = f"""#!/bin/sh
echo "$@" >> calls.txt.tsbuildinfo
[ "$1" = run ] || exit 0
mkdir -p ../{PAGE} && echo built > ../{PAGE}/index.html
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a page in web/, and a Node that only pretends."""
    tools = tmp_path / "tools"
    tools.mkdir()
    put_tool(tools / "node", "#!/bin/sh\necho v20.19.0\n")
    put_tool(tools / "npm", FAKE_NPM)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    web = tmp_path / "web"
    (web / "src").mkdir(parents=True)
    (web / "package.json").write_text("{}")
    (web / "src/main.ts").write_text("1")
    return tmp_path


def put_tool(path: Path, script: str) -> None:
    path.write_text(script)
    path.chmod(0o755)


def test_the_page_is_built_once(root: Path) -> None:
    assert build_page(root)
    assert is_current(root)
    assert not build_page(root)
    calls = (root / "web/calls.txt.tsbuildinfo").read_text().splitlines()
    assert [call.split()[0] for call in calls] == ["ci", "run"]


def test_a_changed_source_builds_it_again(root: Path) -> None:
    build_page(root)
    (root / "web/src/main.ts").write_text("2")
    assert not is_current(root)
    assert build_page(root)


def test_a_renamed_source_counts_as_changed(root: Path) -> None:
    before = hash_of(root / "web")
    (root / "web/src/main.ts").rename(root / "web/src/other.ts")
    assert hash_of(root / "web") != before


@pytest.mark.parametrize(
    "name", ["src/main.test.ts", "src/tests/x.ts", "node_modules/a/b.js", "dist/index.js"]
)
def test_tests_and_what_is_generated_do_not_count(root: Path, name: str) -> None:
    before = hash_of(root / "web")
    path = root / "web" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("changed")
    assert hash_of(root / "web") == before


def test_a_build_that_was_cut_short_is_not_current(root: Path) -> None:
    build_page(root)
    (root / PAGE / "index.html").unlink()
    assert not is_current(root)


def test_a_failed_build_says_which_step_failed(root: Path) -> None:
    put_tool(root / "tools/npm", "#!/bin/sh\nexit 1\n")
    with pytest.raises(PageError, match="npm ci"):
        build_page(root)
    assert not is_current(root)


def test_an_old_node_is_refused_by_its_version(root: Path) -> None:
    put_tool(root / "tools/node", "#!/bin/sh\necho v18.20.1\n")
    with pytest.raises(PageError, match=r"v18\.20\.1 is too old: install 20\.19"):
        find_npm()


def test_nothing_to_build_is_no_error(tmp_path: Path) -> None:
    assert not build_page(tmp_path)
