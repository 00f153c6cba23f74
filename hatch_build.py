"""Build the page (web/) into the package, and tell hatchling to ship it.

hatchling calls the hook for wheels and source archives; run.py calls `build_page` with a bare
Python. So this file needs nothing but the standard library, and hatchling only if it is there.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run.py, before anything is installed
    BuildHookInterface = object  # type: ignore[assignment,misc]

NODE_AT_LEAST = (20, 19)
PAGE = Path("src/sightline/server/_web")
STAMP = ".sources.sha256"
NOT_SOURCES = {"node_modules", "dist", "coverage", "test-results", "playwright-report"}


class PageError(Exception):
    """The page cannot be built; the message says what to do next."""


class BuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the page before it is packed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build the page unless it is up to date; `artifacts` in pyproject.toml has it packed.

        Without Node the package is built all the same and the server says how to get the page;
        SIGHTLINE_REQUIRE_PAGE=1 (a release) makes that an error. SIGHTLINE_SKIP_PAGE=1 leaves the
        page to somebody else: run.py builds it where its messages can be seen.
        """
        if os.environ.get("SIGHTLINE_SKIP_PAGE") == "1":
            return
        try:
            build_page(Path(self.root))
        except PageError as error:
            if os.environ.get("SIGHTLINE_REQUIRE_PAGE") == "1":
                raise
            self.app.display_warning(f"the page is not built: {error}")


def build_page(root: Path) -> bool:
    """Build web/ into the package; return whether anything had to be done.

    Raises:
        PageError: Node is missing or too old, or the build failed.
    """
    web, page = root / "web", root / PAGE
    if not (web / "package.json").is_file() or is_current(root):
        return False
    npm = find_npm()
    stamp = page / STAMP
    stamp.unlink(missing_ok=True)
    sources = hash_of(web)
    for command in (["ci", "--include=dev", "--no-audit", "--no-fund"], ["run", "build"]):
        # Standard output may belong to whoever called run.py with --json.
        if subprocess.run([npm, *command], cwd=web, stdout=sys.stderr, check=False).returncode:
            text = f"`npm {' '.join(command)}` failed in web/: its messages are above"
            raise PageError(text)
    if not (page / "index.html").is_file():
        raise PageError(f"`npm run build` left no {PAGE / 'index.html'}")
    stamp.write_text(sources)
    return True


def is_current(root: Path) -> bool:
    """Return whether the built page comes from the sources as they are now."""
    page = root / PAGE
    stamp = page / STAMP
    built = (page / "index.html").is_file() and stamp.is_file()
    return built and stamp.read_text() == hash_of(root / "web")


def hash_of(web: Path) -> str:
    """Return the SHA-256 over the names and bytes of all sources of the page."""
    total = hashlib.sha256()
    for folder, folders, files in os.walk(web):
        folders[:] = sorted(set(folders) - NOT_SOURCES)
        for name in sorted(files):
            path = Path(folder, name)
            relative = path.relative_to(web).as_posix()
            if is_test(relative) or name.endswith(".tsbuildinfo"):
                continue
            total.update(f"{relative}\0{path.stat().st_size}\0".encode())
            total.update(path.read_bytes())
    return total.hexdigest()


def is_test(relative: str) -> bool:
    """Return whether a file of web/ is a test, which the built page does not contain."""
    return bool(re.search(r"(^|/)(tests?|__tests__)/|\.(test|spec)\.[jt]sx?$", relative))


def find_npm() -> str:
    """Return the path of npm.

    Raises:
        PageError: there is no npm, or Node is too old.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    wanted = ".".join(map(str, NODE_AT_LEAST))
    if not node or not npm:
        raise PageError(f"Node is not installed: install Node {wanted} or newer, start again")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = tuple(int(part) for part in re.findall(r"\d+", said)[:2])
    if version < NODE_AT_LEAST:
        raise PageError(f"Node {said.strip()} is too old: install {wanted} or newer, start again")
    return npm
