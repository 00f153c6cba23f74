"""The documents say what is true: their commands run, their links lead, their tables are generated.

Document by document, the blocks are followed in a folder that holds `pictures/` (three classes of
small drawings) and a workspace of its own:

- ```console: a line that starts with `$ sightline` or `$ python` is run and must succeed. RUN
  stands for the last training's id. Where a JSON object follows, it must have the keys of what
  the command printed last.
- ```yaml NAME, ```json NAME, ```csv NAME and ```python NAME are written to the file NAME.
- Whatever starts a server, takes minutes or needs something else stands in a ```sh block, which
  is not run.

`python tests/test_docs.py` writes the generated tables anew.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fakes.drawings import write_drawings
from fixtures.warm import WarmCommandLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest.mark import ParameterSet

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]
GUIDE = ROOT / "docs" / "guide"
BLOCK = re.compile(r"^```(\S*)(?: +(\S+))?\n(.*?)^```$", re.M | re.S)
PROGRAMS = ("sightline", "python")
MOST_PICTURE_BYTES = 250_000


@dataclass
class Step:
    """One thing that a document asks its reader to do, and what it says will be seen."""

    command: str = ""
    file: str = ""
    text: str = ""
    shown: list[str] = field(default_factory=list)


def steps(document: Path) -> list[Step]:
    """The files to write and commands to run, in order; a line that ends with \\ goes on."""
    found: list[Step] = []
    for language, name, text in BLOCK.findall(document.read_text("utf-8")):
        if name:
            found.append(Step(file=name, text=text))
        if language != "console":
            continue
        for line in text.replace("\\\n", " ").splitlines():
            if line.startswith(tuple(f"$ {program} " for program in PROGRAMS)):
                found.append(Step(command=line.removeprefix("$ ")))
            elif found:
                found[-1].shown.append(line)
    return found


BY_NIGHT = re.compile(
    r"README\.md|docs/guide/(analysis|augment|classes|cli|datasets|edit|encoders|explain"
    "|export(-predict)?|jobs|label|map|media|models|object-formats|python|queues|server|similar"
    r"|splits|tracking|train)\.md"
)
"""Documents whose commands take long."""


def _as_test(name: str) -> ParameterSet:
    late = BY_NIGHT.fullmatch(name) is not None
    return pytest.param(name, marks=[pytest.mark.nightly] if late else [])


@pytest.fixture(scope="module")
def command_line() -> Iterator[WarmCommandLine]:
    """The program, imported once."""
    found = WarmCommandLine()
    yield found
    found.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the commands of a document run."""
    write_drawings(tmp_path / "pictures")
    return tmp_path


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", [_as_test(name) for name in NAMES if steps(ROOT / name)])
def test_the_commands_of_a_document_run(
    name: str, folder: Path, command_line: WarmCommandLine
) -> None:
    run = ""
    for step in steps(ROOT / name):
        if step.file:
            target = folder / step.file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(step.text, "utf-8")
            continue
        lines = do(step.command.replace("RUN", run), folder, command_line)
        if "--json" in step.command:
            told = json.loads(lines[-1])
            run = told.get("run", run)
            check_shown(step, told)


def do(command: str, folder: Path, command_line: WarmCommandLine) -> list[str]:
    """Run a command and return the lines of its output."""
    program, *words = shlex.split(command)
    env = os.environ | {"SIGHTLINE_WORKSPACE": str(folder / "workspace")}
    if program == "sightline":
        done = command_line.run(words, folder=folder, env=env)
    else:
        python = [sys.executable, "-W", "error", *words]
        done = subprocess.run(
            python, cwd=folder, env=env, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
    return done.stdout.splitlines()


def check_shown(step: Step, told: dict[str, Any]) -> None:
    """Compare the keys of the JSON object that a document shows with those that were printed."""
    shown = "\n".join(line for line in step.shown if line.strip())
    if shown.startswith("{"):
        assert sorted(json.loads(shown)) == sorted(told), step.command


@pytest.mark.parametrize("name", NAMES)
def test_the_links_of_a_document_lead_somewhere(name: str) -> None:
    document = ROOT / name
    text = BLOCK.sub("", document.read_text("utf-8"))
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)[^)]*\)", text):
        path, _, anchor = target.partition("#")
        place = document.parent / path if path else document
        if "://" in target:
            continue
        if not place.exists() or (anchor and anchor not in anchors(place)):
            dead.append(target)
    assert dead == []


def anchors(document: Path) -> set[str]:
    """The names under which the headings of a document can be reached."""
    headings = re.findall(r"^#+ +(.+)$", BLOCK.sub("", document.read_text("utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


def test_every_page_and_picture_of_the_guide_is_linked() -> None:
    texts = {path: path.read_text("utf-8") for path in DOCUMENTS}
    index = texts[GUIDE / "index.md"] + texts[ROOT / "README.md"]
    pages = {path.name for path in GUIDE.glob("*.md")} - {"index.md"}
    assert {page for page in pages if page not in index} == set()
    pictures = {path.name for path in (ROOT / "docs" / "images").iterdir()}
    assert {one for one in pictures if f"images/{one})" not in "".join(texts.values())} == set()
    listed = texts[ROOT / "docs" / "adr" / "README.md"]
    decisions = {path.name for path in (ROOT / "docs" / "adr").glob("0*.md")}
    assert {one for one in decisions if f"({one})" not in listed} == set()


def test_the_pictures_of_the_guide_are_small() -> None:
    pictures = (ROOT / "docs" / "images").iterdir()
    assert [one.name for one in pictures if one.stat().st_size > MOST_PICTURE_BYTES] == []


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


def test_the_readme_names_every_verb() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    verbs = {path[0] for path, _ in verbs_of_the_command_line()}
    assert verbs
    assert {verb for verb in verbs if f"`{verb}`" not in text} == set()


def test_the_readme_shows_its_three_commands_and_a_picture_on_the_first_screen() -> None:
    first = "\n".join((ROOT / "README.md").read_text("utf-8").splitlines()[:45])
    for verb in ("", " demo", " test"):
        assert re.search(rf"^python3 run\.py{verb} +#", first, re.M)
    assert first.count("](docs/images/browse.png)") == 1


def test_the_guide_knows_every_exit_code() -> None:
    from sightline.core import errors

    kinds = [one for one in vars(errors).values() if isinstance(one, type)]
    codes = {one.exit_code for one in kinds if issubclass(one, errors.SightlineError)}
    table = (GUIDE / "cli.md").read_text("utf-8")
    assert {code for code in codes if f"\n| {code} |" not in table} == set()


def test_the_guide_knows_every_queue_network_and_reason() -> None:
    from sightline.curate.queues import QUEUES
    from sightline.nets.table import NETWORKS

    queues = (GUIDE / "queues.md").read_text("utf-8")
    assert {one for one in QUEUES if f"`{one}`" not in queues} == set()
    train = (GUIDE / "train.md").read_text("utf-8")
    featured = {one.name for one in NETWORKS.values() if one.featured}
    assert {one for one in featured if f"`{one}`" not in train} == set()
    reasons = set()
    for path in (ROOT / "src/sightline/imaging").glob("*.py"):
        reasons |= set(re.findall(r'reason="([^"]+)"', path.read_text("utf-8")))
    told = "".join((GUIDE / name).read_text("utf-8") for name in ("ingest.md", "media.md"))
    assert {one for one in reasons - {"no such page"} if f"`{one}`" not in told} == set()


def test_the_guide_shows_every_key_of_the_page() -> None:
    keymap = (ROOT / "web/src/app/keymap.ts").read_text("utf-8")
    fixed = re.findall(r'means: "([^"]+)"', keymap.partition("export const sheet")[2])
    movable = keymap.partition("export const MEANS")[2].partition("};")[0]
    meanings = fixed + re.findall(r': "([^"]+)"', movable)
    text = (GUIDE / "browse.md").read_text("utf-8")
    assert fixed
    assert movable
    assert [one for one in meanings if f"| {one} |" not in text] == []


def test_the_snippet_of_the_guide_is_the_one_that_the_peers_test_holds_to_the_truth() -> None:
    tested = (ROOT / "tests/peers/test_onnx_alone.py").read_text("utf-8")
    tested = tested.partition('ALONE = """\n')[2].partition('assert not {"sightline"')[0]
    snippet = next(one for one in steps(GUIDE / "export-predict.md") if one.file == "alone.py")
    assert tested.strip() == snippet.text.strip()


def verbs_of_the_command_line() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every verb that does something, as its words and its command."""
    import typer.main

    from sightline.cli.main import app

    waiting: list[tuple[tuple[str, ...], Any]] = [((), typer.main.get_command(app))]
    while waiting:
        path, command = waiting.pop(0)
        below = getattr(command, "commands", None)
        if below is None:
            yield path, command
        else:
            waiting += [((*path, name), one) for name, one in below.items()]


def settings_table() -> str:
    """The settings, a row each: name, default, unit, file that may hold it, meaning."""
    from sightline.settings import Settings

    units = {"_s": "seconds", "_mb": "MB", "_mp": "megapixels", "_share": "share, 0 to 1"}
    rows = ["| setting | default | unit | project.json | what it does |", "|---|---|---|---|---|"]
    for name, one in Settings.model_fields.items():
        default = (
            "your login"
            if one.default_factory and name == "person"
            else one.get_default(call_default_factory=True)
        )
        shown = default if name == "person" else f"`{json.dumps(default)}`"
        unit = next((unit for end, unit in units.items() if name.endswith(end)), "")
        own = "yes" if name in Settings.project_keys() else ""
        rows.append(f"| `{name}` | {shown} | {unit} | {own} | {one.description} |")
    return "\n".join(rows)


def spec_table() -> str:
    """The keys of a training spec, a row each: key, default, unit, meaning."""
    from sightline.train.spec import TrainSpec, flat

    defaults = flat(TrainSpec().model_dump(mode="json"))
    rows = ["| key | default | unit | what it does |", "|---|---|---|---|"]
    for key, default in defaults.items():
        group: Any = TrainSpec
        *above, last = key.split(".")
        for part in above:
            group = group.model_fields[part].annotation
        about = group.model_fields[last]
        unit = (about.json_schema_extra or {}).get("unit", "")
        rows.append(f"| `{key}` | `{json.dumps(default)}` | {unit} | {about.description} |")
    return "\n".join(rows)


def verbs_reference() -> str:
    """The verbs, a section each: how it is written, what it does, its options."""
    parts = []
    for path, command in sorted(verbs_of_the_command_line(), key=lambda one: one[0]):
        words, rows = ["sightline", *path], []
        for one in command.params:
            if one.param_type_name == "argument":
                word = one.name.upper() + ("..." if one.nargs != 1 or one.multiple else "")
                words.append(word if one.required else f"[{word}]")
                rows.append((word, one.help, one.default))
            elif "--help" not in one.opts:
                names = " / ".join([*one.opts, *one.secondary_opts])
                words += [f"{one.opts[0]} ..."] if one.required else []
                rows.append((names, one.help, one.default))
        parts.append(f"#### {' '.join(path)}\n\n`{' '.join(words)}`: {command.help}")
        if rows:
            shown = [f"| `{a}` | {b} | {_default(c)} |" for a, b, c in rows]
            head = ["| argument, option | what it does | default |", "|---|---|---|"]
            parts.append("\n".join([*head, *shown]))
    return "\n\n".join(parts)


def _default(value: Any) -> str:
    if value is None or value is False or value == "":
        return ""
    return "yes" if value is True else f"`{value}`"


def networks_table() -> str:
    """The networks of the table, a row each: name, side, cost, weights."""
    from sightline.nets.table import NETWORKS

    head = "| network | group | side, px | million parameters | GMAC | vector | weights, MB |"
    rows = [head, "|---|---|---|---|---|---|---|"]
    for one in sorted(NETWORKS.values(), key=lambda net: (net.family, net.parameters_m)):
        side = f"{one.input_px}" + (f", multiples of {one.step_px}" if one.step_px > 1 else "")
        weights = f"{one.mb:.0f}" if one.mb else ""
        costs = f"{one.parameters_m:g} | {one.gmacs:g} | {one.dim} | {weights}"
        rows.append(f"| `{one.name}` | {one.group} | {side} | {costs} |")
    return "\n".join(rows)


GENERATED = {
    "networks": (GUIDE / "networks.md", networks_table),
    "settings": (GUIDE / "settings.md", settings_table),
    "spec": (GUIDE / "train.md", spec_table),
    "verbs": (GUIDE / "cli.md", verbs_reference),
}


def between(text: str, name: str) -> re.Match[str]:
    """The generated part of a document, between its two marks."""
    found = re.search(rf"(<!-- {name}: generated -->)(.*?)(<!-- end of {name} -->)", text, re.S)
    assert found, f"no marks of {name}"
    return found


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_table_is_up_to_date(name: str) -> None:
    path, make = GENERATED[name]
    written = between(path.read_text("utf-8"), name).group(2).strip()
    assert written == make(), "write it anew with: python tests/test_docs.py"


def write_tables() -> None:
    """Write every generated table into its document."""
    for name, (path, make) in GENERATED.items():
        text = path.read_text("utf-8")
        part = between(text, name)
        path.write_text(
            f"{text[: part.end(1)]}\n\n{make()}\n\n{text[part.start(3) :]}", encoding="utf-8"
        )


if __name__ == "__main__":
    write_tables()
