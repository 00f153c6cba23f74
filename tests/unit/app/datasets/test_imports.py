from __future__ import annotations

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sightline.app import Workbench, open_workbench
from sightline.core.errors import CancelledError, ConflictError, InvalidInputError, SightlineError
from sightline.core.labels import LabelChange
from sightline.core.progress import Silent
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.store.projects import Project

FORMATS = ("zip", "csv", "imagefolder", "hf", "parquet")


@pytest.fixture
def other(tmp_path: Path, pictures: Path) -> Iterator[Workbench]:
    """Another workspace with the same pictures and no label."""
    with open_workbench(tmp_path / "other", person="bob", job_threads=1) as opened:
        opened.ingest(pictures, "pets", labels="none")
        yield opened


def said(bench: Workbench, name: str = "pets") -> dict[str, Any]:
    """Return what is said of each image, by the bytes of its picture."""
    project = bench.projects.get(name)
    names = {row.id: row.name for row in bench.store.classes.list(project.id)}
    return {
        row.digest: (
            row.status,
            names.get(row.class_id or 0),
            tuple(sorted(names[tag] for tag in row.tags)),
            row.split,
        )
        for row in rows(bench, project)
    }


def odd_labels(bench: Workbench, project: Project) -> None:
    """Label with everything that is hard to write down."""
    made = {
        name: bench.labels.add_class(project, name)["id"]
        for name in ("🦊 fox", "a, b", "=1+1", "it's", "Ärger")
    }
    every = rows(bench, project)
    changes = [
        LabelChange(row.id, key, "labelled") for row, key in zip(every, made.values(), strict=False)
    ]
    bench.labels.label(project, changes)
    bench.labels.label(project, [LabelChange(every[5].id, None, "unsure")])
    bench.labels.label(project, [LabelChange(every[6].id, None, "skipped")])
    tags = (made["a, b"], made["Ärger"])
    bench.labels.label(project, [LabelChange(every[7].id, None, "labelled", tags=tags)])
    bench.labels.set_splits(project, {every[0].id: "test", every[1].id: "val"})


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("named", [False, True])
def test_what_is_exported_comes_back_in_another_workspace(
    bench: Workbench, pets: Project, other: Workbench, tmp_path: Path, form: str, *, named: bool
) -> None:
    odd_labels(bench, pets)
    made = bench.export_labels("pets", tmp_path / f"out.{form}", form=form)
    report = other.import_labels("pets", made["path"], form=form if named else "auto")
    assert (report["format"], report["conflict_count"]) == (form, 0)
    assert report["unmatched_count"] == report["skipped_count"] == 0
    wanted = said(bench)
    if form == "imagefolder":
        has = {digest for digest, one in wanted.items() if one[1] or one[2]}
        wanted = {key: one if key in has else said(other)[key] for key, one in wanted.items()}
    assert said(other) == wanted
    classes = [(c.name, c.colour, c.hotkey) for c in bench.store.classes.list(pets.id)]
    there = other.store.classes.list(other.projects.get("pets").id)
    if form != "csv":
        assert [(c.name, c.colour, c.hotkey) for c in there] == classes
    again = other.import_labels("pets", made["path"])
    assert (again["changed"], again["seq"]) == (0, None)


def test_one_undo_takes_all_of_it_back_and_redo_does_it_again(
    bench: Workbench, pets: Project, other: Workbench, tmp_path: Path
) -> None:
    odd_labels(bench, pets)
    made = bench.export_labels("pets", tmp_path / "a.zip")
    before, project = said(other), other.projects.get("pets")
    other.import_labels("pets", made["path"])
    after = said(other)
    other.labels.undo(project)
    assert said(other) == before
    assert other.labels.classes(project) == []
    assert other.labels.undo_state(project).undo is None
    other.labels.redo(project)
    assert said(other) == after


def test_a_dry_run_tells_all_and_changes_nothing(
    bench: Workbench, pets: Project, other: Workbench, tmp_path: Path
) -> None:
    label_by_folder(bench, pets)
    made = bench.export_labels("pets", tmp_path / "a.zip")
    before, history = said(other), other.labels.history(other.projects.get("pets"))
    dry = other.import_labels("pets", made["path"], dry_run=True)
    assert (dry["matched"], dry["changed"], dry["matched_by"]) == (60, 60, {"digest": 60})
    assert dry["classes"] == {"new": ["cat", "dog"], "known": []}
    assert (said(other), other.labels.history(other.projects.get("pets"))) == (before, history)
    done = other.import_labels("pets", made["path"])
    told = {"dry_run", "seq", "description"}
    assert {k: v for k, v in dry.items() if k not in told} == {
        k: v for k, v in done.items() if k not in told
    }


def table(folder: Path, *lines: str) -> Path:
    file = folder / "in.csv"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


def test_modes_decide_what_counts_when_both_say_something(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    cat = bench.labels.add_class(pets, "cat")["id"]
    first, second, third, fourth = rows(bench, pets)[:4]
    bench.labels.label(pets, [LabelChange(one.id, cat, "labelled") for one in (first, third)])
    bench.labels.label(pets, [LabelChange(fourth.id, None, "labelled", tags=(cat,))])
    names = ["/".join(Path(one.path).parts[-2:]) for one in (first, second, third, fourth)]
    file = table(
        tmp_path,
        "path,label,tags",
        f"{names[0]},dog,",
        f"{names[1]},dog,",
        f"{names[2]},,",
        f"{names[3]},,big",
    )

    def after(mode: str) -> tuple[list[Any], int]:
        report = bench.import_labels("pets", file, mode=mode)
        found = [said(bench)[one.digest][:3] for one in (first, second, third, fourth)]
        bench.labels.undo(pets)
        return found, report["conflict_count"]

    kept, new = ("labelled", "cat", ()), ("labelled", "dog", ())
    assert after("merge") == ([kept, new, kept, ("labelled", None, ("big", "cat"))], 1)
    assert after("add") == ([kept, new, kept, ("labelled", None, ("cat",))], 2)
    empty = ("unlabelled", None, ())
    assert after("replace") == ([new, new, empty, ("labelled", None, ("big",))], 0)
    with pytest.raises(InvalidInputError, match="no mode"):
        bench.import_labels("pets", file, mode="guess")


def test_splits_by_hand_stay_in_a_merge(bench: Workbench, pets: Project, tmp_path: Path) -> None:
    first, second = rows(bench, pets)[:2]
    bench.labels.set_splits(pets, {first.id: "test"})
    file = table(tmp_path, "path,split", *(f"{one.path},val" for one in (first, second)))
    report = bench.import_labels("pets", file)
    assert [said(bench)[one.digest][3] for one in (first, second)] == ["test", "val"]
    assert report["conflicts"] == [
        {"path": first.path, "what": "split", "now": "test", "wanted": "val"}
    ]


def test_names_that_cannot_be_classes_are_mended_and_told(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    file = table(tmp_path, "path,label", "cat/000.png,animal/cat", f"cat/001.png,{'x' * 200}")
    report = bench.import_labels("pets", file)
    assert report["classes"]["new"] == ["animal-cat"]
    assert "class 'animal/cat' becomes 'animal-cat'" in report["notes"]
    assert report["skipped_count"] == 1
    assert pets.name == "pets"


def test_pictures_that_lack_are_taken_in_when_asked(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    odd_labels(bench, pets)
    for form in ("zip", "imagefolder", "hf", "parquet"):
        out = tmp_path / f"o.{form}"
        made = bench.export_labels("pets", out, form=form, images="copy", statuses=["labelled"])
        with open_workbench(tmp_path / f"w-{form}", job_threads=1) as empty:
            empty.projects.create("pets")
            dry = empty.import_labels("pets", made["path"], dry_run=True, add_images=True)
            assert (dry["pictures"]["lacking"], dry["matched"]) == (6, 0)
            report = empty.import_labels("pets", made["path"], add_images=True)
            assert report["pictures"]["added"]["added"] == report["matched"] == 6
            whole = said(bench)
            assert said(empty) == {key: whole[key] for key in said(empty)}
            assert list((tmp_path / f"w-{form}" / "cache").glob("import-*")) == []


def test_a_picture_with_other_bytes_than_the_manifest_says_is_refused(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    label_by_folder(bench, pets)
    bench.export_labels("pets", tmp_path / "a.zip", images="copy")
    forged = tmp_path / "b.zip"
    with zipfile.ZipFile(tmp_path / "a.zip") as old, zipfile.ZipFile(forged, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + (b"x" if name.endswith("cat/000.png") else b""))
    with open_workbench(tmp_path / "w3") as empty:
        project = empty.projects.create("pets")
        with pytest.raises(InvalidInputError, match="other bytes"):
            empty.import_labels("pets", forged, add_images=True)
        assert rows(empty, project) == []


def test_class_folders_and_tag_files_of_others_are_read(
    bench: Workbench, pictures: Path, tmp_path: Path
) -> None:
    bench.ingest(pictures, "plain", labels="none")
    report = bench.import_labels("plain", pictures, form="hootsight")
    assert (report["format"], report["labels"]) == ("hootsight", 60)
    bench.labels.undo(bench.projects.get("plain"))
    for one in pictures.rglob("*.png"):
        one.with_suffix(".txt").write_text(f"{one.parent.name}, pet")
    bench.import_labels("plain", pictures)
    assert {one[2] for one in said(bench, "plain").values()} == {("cat", "pet"), ("dog", "pet")}
    packed = tmp_path / "folders.zip"
    with zipfile.ZipFile(packed, "w") as made:
        for one in sorted(pictures.rglob("*.png")):
            made.write(one, f"top/valid/{one.parent.name}/{one.name}")
    bench.ingest(pictures, "again", labels="none")
    bench.import_labels("again", packed)
    assert {one[1:] for one in said(bench, "again").values()} == {
        ("cat", (), "val"),
        ("dog", (), "val"),
    }


def test_a_hoshina_database_and_its_folder_are_read(
    bench: Workbench, pets: Project, pictures: Path, tmp_path: Path
) -> None:
    store = tmp_path / "hoshina" / "store"
    store.mkdir(parents=True)
    with closing(sqlite3.connect(store / "app.db")) as connection:
        connection.execute("CREATE TABLE items (id INTEGER PRIMARY KEY, path TEXT, label TEXT)")
        paths = [f"/data/{one.parent.name}/{one.name}" for one in pictures.rglob("*.png")]
        values = [(one, one.split("/")[2]) for one in paths]
        connection.executemany("INSERT INTO items (path, label) VALUES (?, ?)", values)
        connection.commit()
    for source in (store / "app.db", store.parent):
        report = bench.import_labels("pets", source, dry_run=True)
        assert (report["format"], report["labels"], report["unmatched_count"]) == ("hoshina", 60, 0)
    assert pets.name == "pets"


@pytest.mark.parametrize("form", ["auto", "zip", "csv", "imagefolder", "hf", "parquet", "hoshina"])
@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04broken", b"SQLite format 3\0broken", b"\xff" * 99]
)
def test_whatever_is_broken_is_a_clear_error_and_nothing_changes(
    bench: Workbench, pets: Project, tmp_path: Path, form: str, data: bytes
) -> None:
    before = bench.labels.history(pets)
    for name in ("x.zip", "x.bin", "x.parquet"):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(SightlineError) as caught:
            bench.import_labels("pets", tmp_path / name, form=form)
        assert caught.value.hint
    assert bench.labels.history(pets) == before


def test_sources_and_formats_that_are_not_there_are_told(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInputError, match="there is no"):
        bench.import_labels("pets", tmp_path / "none.zip")
    with pytest.raises(InvalidInputError, match="no format"):
        bench.import_labels("pets", tmp_path, form="xml")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidInputError, match="neither"):
        bench.import_labels("pets", tmp_path / "empty")
    (tmp_path / "a.doc").write_text("x")
    with pytest.raises(InvalidInputError, match="no data set"):
        bench.import_labels("pets", tmp_path / "a.doc")
    assert pets.name == "pets"


def test_a_label_given_meanwhile_is_planned_for_again(
    bench: Workbench, pets: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cat = bench.labels.add_class(pets, "cat")["id"]
    first = rows(bench, pets)[0]
    file = table(tmp_path, "path,label", f"{first.path},dog")
    apply = bench.store.exchange.apply
    raced: list[Any] = []

    def overtaken(*given: Any, **more: Any) -> Any:
        if not raced:
            raced.append(bench.labels.label(pets, [LabelChange(first.id, cat, "labelled")]))
        return apply(*given, **more)

    monkeypatch.setattr(bench.store.exchange, "apply", overtaken)
    report = bench.import_labels("pets", file)
    assert (report["conflict_count"], report["changed"]) == (1, 0)
    assert said(bench)[first.digest][1] == "cat"

    def always(*_: Any, **__: Any) -> Any:
        raise ConflictError("again")

    monkeypatch.setattr(bench.store.exchange, "apply", always)
    with pytest.raises(ConflictError):
        bench.import_labels("pets", file, mode="replace")


def test_a_job_imports_too(bench: Workbench, pets: Project, tmp_path: Path) -> None:
    file = table(tmp_path, "path,label", f"{rows(bench, pets)[0].path},dog")
    job = bench.imports.start(pets, file, mode="merge")
    assert bench.wait(job["id"])["labels"] == 1
    with pytest.raises(InvalidInputError):
        bench.imports.start(pets, tmp_path / "none")


def test_it_can_be_stopped(bench: Workbench, pets: Project, pictures: Path) -> None:
    class Stop(Silent):
        def check(self) -> None:
            raise CancelledError("stop")

    with pytest.raises(CancelledError):
        bench.import_labels("pets", pictures, progress=Stop())
    assert pets.name == "pets"
