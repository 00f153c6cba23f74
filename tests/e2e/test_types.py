"""The page's types are those of the server that it talks to."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from sightline.app import open_workbench
from sightline.server.main import create_app

WEB = Path(__file__).parents[2] / "web"
MAKER = WEB / "node_modules" / "openapi-typescript" / "bin" / "cli.js"


def test_the_types_of_the_page_are_made_from_the_api_as_it_is(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None or not MAKER.is_file():
        pytest.skip("needs Node and web/node_modules: run `npm ci` in web/")
    with open_workbench(tmp_path / "workspace") as bench:
        described = create_app(bench).openapi()
    source, made = tmp_path / "openapi.json", tmp_path / "schema.d.ts"
    source.write_text(json.dumps(described), "utf-8")
    options = ["-o", str(made), "--default-non-nullable=false"]
    command = [node, str(MAKER), str(source), *options]
    subprocess.run(command, check=True, capture_output=True, cwd=WEB)
    kept = (WEB / "src" / "api" / "schema.d.ts").read_text("utf-8")
    assert made.read_text("utf-8") == kept, "run `npm run api` in web/"
