"""The documents say what is true: their commands run, their links lead somewhere.

Commands in ```console blocks are run, document by document, in a folder that holds `pictures/`
(three classes of small drawings) and a workspace of its own. A line that starts with `$ sightline`
must succeed; other lines of the block are what it prints, in part, and are not compared. Whatever
starts a server, takes minutes or needs something else stands in a ```sh block, which is not run.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]
PROMPT = "$ sightline "


def commands(document: Path) -> list[str]:
    """The commands of all console blocks; a line that ends with a backslash goes on."""
    blocks = re.findall(r"^```console\n(.*?)^```", document.read_text("utf-8"), re.M | re.S)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line.removeprefix(PROMPT) for line in lines if line.startswith(PROMPT)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the commands of a document run."""
    from PIL import Image, ImageDraw

    for kind in ("circle", "square", "cross"):
        (tmp_path / "pictures" / kind).mkdir(parents=True)
        for number in range(12):
            picture = Image.new("RGB", (64, 64), (number * 9, 30, 60))
            box = (8 + number, 8, 50, 50 - number)
            draw = ImageDraw.Draw(picture)
            if kind == "circle":
                draw.ellipse(box, fill="white")
            elif kind == "square":
                draw.rectangle(box, fill="white")
            else:
                draw.line(box, fill="white", width=9)
            picture.save(tmp_path / "pictures" / kind / f"{number}.png")
    return tmp_path


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", [name for name in NAMES if commands(ROOT / name)])
def test_the_commands_of_a_document_run(name: str, folder: Path) -> None:
    environment = os.environ | {"SIGHTLINE_WORKSPACE": str(folder / "workspace")}
    for command in commands(ROOT / name):
        done = subprocess.run(
            [sys.executable, "-m", "sightline.cli.main", *shlex.split(command)],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"$ sightline {command}\n{done.stdout}{done.stderr}"
        if "--json" in command:
            json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", NAMES)
def test_the_links_of_a_document_lead_somewhere(name: str) -> None:
    document = ROOT / name
    text = re.sub(r"^```.*?^```", "", document.read_text("utf-8"), flags=re.M | re.S)
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    dead = [
        target
        for target in targets
        if "://" not in target and not (document.parent / target).exists()
    ]
    assert dead == []


def documented_variables() -> set[str]:
    """The variables of .env.example, set or commented out."""
    text = (ROOT / ".env.example").read_text("utf-8")
    return set(re.findall(r"^#?\s*([A-Z][A-Z0-9_]+)=", text, re.M))


def test_every_setting_has_its_variable_in_the_example() -> None:
    from sightline.settings import ALIASES, PREFIX, Settings

    wanted = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    wanted |= {*ALIASES, f"{PREFIX}WORKSPACE"}
    assert wanted - documented_variables() == set()


def test_every_variable_in_the_example_is_read_somewhere() -> None:
    from sightline.settings import PREFIX, Settings

    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    sources = "\n".join(
        path.read_text("utf-8")
        for path in [*(ROOT / "src").rglob("*.py"), *ROOT.glob("*.py"), *ROOT.glob("tests/**/*.py")]
    )
    unread = {
        name
        for name in documented_variables() - known
        if name not in sources and name.removeprefix(PREFIX) not in sources
    }
    assert unread == set()


def test_every_verb_is_named_in_the_documents() -> None:
    import typer.main

    from sightline.cli.main import app

    command = typer.main.get_command(app)
    verbs = set(getattr(command, "commands", {}))
    text = "\n".join(path.read_text("utf-8") for path in DOCUMENTS)
    assert verbs
    assert {verb for verb in verbs if not re.search(rf"\b{verb}\b", text)} == set()


def test_the_readme_shows_its_three_commands_and_a_picture_on_the_first_screen() -> None:
    first = "\n".join((ROOT / "README.md").read_text("utf-8").splitlines()[:45])
    for verb in ("", " demo", " test"):
        assert re.search(rf"^python3 run\.py{verb} +#", first, re.M)
    assert first.count("](docs/images/browse.png)") == 1
