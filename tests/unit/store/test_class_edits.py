"""Classes merged, split, deleted and moved; and all of it at random, against a plain model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.pictures import new_file
from sightline.core.errors import ConflictError, InvalidInputError, SightlineError
from sightline.core.labels import LabelChange
from sightline.store.classes import ClassTable
from sightline.store.db import Database, sqlite_url
from sightline.store.images import ImageTable
from sightline.store.labels import LabelStore
from sightline.store.projects import ProjectTable
from sightline.store.schema import migrate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sightline.store.projects import Project

IMAGES = 4
State: TypeAlias = dict[int, tuple[str, int | None, tuple[int, ...]]]
"""Status, class and tags of each image."""


def state_of(db: Database, project: Project) -> State:
    rows = ImageTable(db).by_ordinals(project.id, range(10))
    return {row.id: (row.status, row.class_id, row.tags) for row in rows}


def names(db: Database, project: Project) -> list[str]:
    return [row.name for row in ClassTable(db).list(project.id)]


@pytest.fixture
def kinds(labels: LabelStore, project: Project) -> list[int]:
    """Three classes: cat, dog, owl."""
    return [labels.add_class(project, name, actor="ann").id for name in ("cat", "dog", "owl")]


def test_undoing_a_deletion_is_refused_while_another_class_has_the_name(
    db: Database, labels: LabelStore, project: Project, kinds: list[int]
) -> None:
    labels.delete_class(project, kinds[0], actor="ann")
    labels.add_class(project, "Cat", actor="bob")
    with pytest.raises(ConflictError, match="'Cat'") as caught:
        labels.undo(project, actor="ann")
    assert "rename" in caught.value.hint
    labels.undo(project, actor="bob")
    labels.undo(project, actor="ann")
    assert names(db, project) == ["cat", "dog", "owl"]


def test_undoing_a_deletion_is_refused_while_another_class_has_the_key(
    labels: LabelStore, project: Project, kinds: list[int]
) -> None:
    labels.delete_class(project, kinds[0], actor="ann")
    labels.add_class(project, "emu", actor="bob", hotkey="1")
    with pytest.raises(ConflictError, match="key 1"):
        labels.undo(project, actor="ann")


def test_undo_gives_no_image_a_class_that_is_gone(
    db: Database, labels: LabelStore, project: Project, ids: list[int], kinds: list[int]
) -> None:
    labels.set(project, [LabelChange(ids[0], kinds[0], "labelled")], actor="ann")
    labels.set(project, [LabelChange(ids[0], None, "unlabelled")], actor="ann")
    labels.delete_class(project, kinds[0], actor="bob")
    with pytest.raises(ConflictError, match="'cat' has been deleted") as caught:
        labels.undo(project, actor="ann")
    assert caught.value.hint
    labels.undo(project, actor="bob")
    labels.undo(project, actor="ann")
    assert state_of(db, project)[ids[0]] == ("labelled", kinds[0], ())


def test_a_merge_is_not_done_again_over_labels_given_since(
    labels: LabelStore, project: Project, ids: list[int], kinds: list[int]
) -> None:
    labels.merge_classes(project, kinds[:1], kinds[1], actor="ann")
    labels.undo(project, actor="ann")
    labels.set(project, [LabelChange(ids[0], None, None, add=(kinds[0],))], actor="bob")
    with pytest.raises(ConflictError, match="'cat'"):
        labels.redo(project, actor="ann")


def test_a_rename_by_another_does_not_keep_a_new_order_from_being_undone(
    db: Database, labels: LabelStore, project: Project, kinds: list[int]
) -> None:
    labels.edit_class(project, kinds[2], actor="ann", position=0)
    labels.edit_class(project, kinds[2], actor="bob", name="eagle owl")
    assert names(db, project) == ["eagle owl", "cat", "dog"]
    labels.undo(project, actor="ann")
    assert names(db, project) == ["cat", "dog", "eagle owl"]


def test_a_place_beyond_the_end_is_the_end(
    db: Database, labels: LabelStore, project: Project, kinds: list[int]
) -> None:
    labels.edit_class(project, kinds[0], actor="ann", position=99)
    assert names(db, project) == ["dog", "owl", "cat"]


def test_a_dry_run_counts_and_changes_nothing(
    db: Database, labels: LabelStore, project: Project, ids: list[int], kinds: list[int]
) -> None:
    labels.set(project, [LabelChange(one, kinds[0], "labelled") for one in ids[:3]], actor="ann")
    before, history = state_of(db, project), labels.history(project)
    cat, dog = kinds[:2]
    told = [
        labels.merge_classes(project, [cat], dog, actor="ann", dry_run=True),
        labels.split_class(project, cat, "kitten", ids[1:], actor="ann", dry_run=True),
        labels.delete_class(project, cat, actor="ann", dry_run=True),
    ]
    assert [(one.changed, one.seq) for one in told] == [(3, None), (2, None), (3, None)]
    assert (state_of(db, project), labels.history(project)) == (before, history)
    with pytest.raises(ConflictError, match="3 images by now, not 2"):
        labels.delete_class(project, cat, actor="ann", expect=2)


def test_a_class_of_another_project_has_no_part_in_it(
    db: Database, labels: LabelStore, project: Project, ids: list[int], kinds: list[int]
) -> None:
    foreign = labels.add_class(ProjectTable(db).create("other"), "bird", actor="ann").id
    changes: tuple[Callable[[], object], ...] = (
        lambda: labels.merge_classes(project, [foreign], kinds[0], actor="ann"),
        lambda: labels.merge_classes(project, [kinds[0]], foreign, actor="ann"),
        lambda: labels.split_class(project, foreign, "x", ids, actor="ann"),
    )
    for change in changes:
        with pytest.raises(InvalidInputError, match="another project"):
            change()


@dataclass
class Entry:
    """What one change did, as the model saw it."""

    images: dict[int, tuple[Any, Any]]
    classes: tuple[set[int], set[int]]
    """Living classes before and after."""


@dataclass
class World:
    """A project, and beside it the model: plain values, and each person's own steps."""

    db: Database
    project: Project
    labels: LabelStore
    images: list[int]
    classes: list[int]
    """Every class ever made."""
    state: State = field(default_factory=dict)
    living: set[int] = field(default_factory=set)
    done: dict[str, list[Entry]] = field(default_factory=lambda: {"a": [], "b": []})
    undone: dict[str, list[Entry]] = field(default_factory=lambda: {"a": [], "b": []})
    made: int = 0

    def act(self, who: str, what: str, one: int, two: int, three: int) -> bool:
        """Do a step in both; return whether it was allowed."""
        before, living = dict(self.state), set(self.living)
        try:
            if what in {"undo", "redo"}:
                getattr(self.labels, what)(self.project, actor=who)
                self._travel(who, redo=what == "redo")
            else:
                getattr(self, f"_{what}")(who, one, two, three)
                moved = {key: (before[key], new) for key, new in self.state.items()}
                moved = {key: pair for key, pair in moved.items() if pair[0] != pair[1]}
                self.done[who].append(Entry(moved, (living, set(self.living))))
                self.undone[who].clear()
        except SightlineError:
            return False
        return True

    def _travel(self, who: str, *, redo: bool) -> None:
        take, put = (self.undone, self.done) if redo else (self.done, self.undone)
        entry = take[who].pop()
        put[who].append(entry)
        for key, pair in entry.images.items():
            old, new = pair if redo else pair[::-1]
            assert self.state[key] == old, "what has been changed since must be refused"
            self.state[key] = new
        before, after = entry.classes if redo else entry.classes[::-1]
        self.living = (self.living - (before - after)) | (after - before)

    def _class(self, at: int) -> int:
        return self.classes[at % len(self.classes)]

    def _label(self, who: str, image: int, kind: int, _three: int) -> None:
        key, class_id = self.images[image], self._class(kind)
        self.labels.set(self.project, [LabelChange(key, class_id, "labelled")], actor=who)
        self.state[key] = ("labelled", class_id, self.state[key][2])

    def _clear(self, who: str, image: int, _two: int, _three: int) -> None:
        key = self.images[image]
        self.labels.set(self.project, [LabelChange(key, None, "unlabelled", tags=())], actor=who)
        self.state[key] = ("unlabelled", None, ())

    def _tag(self, who: str, image: int, kind: int, three: int) -> None:
        chosen, tag = self.images[image : image + 2], self._class(kind)
        add, remove = ((tag,), ()) if three else ((), (tag,))
        changes = [LabelChange(key, None, None, add=add, remove=remove) for key in chosen]
        self.labels.set(self.project, changes, actor=who)
        for key in chosen:
            _, class_id, tags = self.state[key]
            new = tuple(sorted({*tags, *add} - {*remove}))
            status = "labelled" if class_id is not None or new else "unlabelled"
            self.state[key] = (status, class_id, new)

    def _merge(self, who: str, one: int, two: int, _three: int) -> None:
        gone, into = self._class(one), self._class(two)
        self.labels.merge_classes(self.project, [gone], into, actor=who)
        self._become(lambda _key, one: into if one == gone else one)
        self.living.discard(gone)

    def _delete(self, who: str, one: int, _two: int, _three: int) -> None:
        gone = self._class(one)
        self.labels.delete_class(self.project, gone, actor=who)
        self._become(lambda _key, one: None if one == gone else one)
        self.living.discard(gone)

    def _split(self, who: str, image: int, one: int, _three: int) -> None:
        chosen, old = self.images[image : image + 2], self._class(one)
        self.made += 1
        name = f"new {self.made}"
        self.labels.split_class(self.project, old, name, chosen, actor=who)
        new = ClassTable(self.db).by_name(self.project.id, name).id
        self.classes.append(new)
        self._become(lambda key, one: new if one == old and key in chosen else one)
        self.living.add(new)

    def _become(self, new: Callable[[int, int], int | None]) -> None:
        for key, (status, class_id, tags) in self.state.items():
            kept = None if class_id is None else new(key, class_id)
            left = tuple(sorted({to for tag in tags if (to := new(key, tag)) is not None}))
            bare = kept is None and not left
            self.state[key] = ("unlabelled" if bare else status, kept, left)


STEP = st.tuples(
    st.sampled_from("ab"),
    st.sampled_from(["label", "tag", "merge", "split", "delete", "undo", "redo", "clear"]),
    st.integers(0, IMAGES - 1),
    st.integers(0, 5),
    st.integers(0, 1),
)


def a_world(folder: Path) -> World:
    db = Database(sqlite_url(folder / "x.db"))
    migrate(db, backups=folder)
    project = ProjectTable(db).create("p")
    ImageTable(db).register(project, [new_file(number) for number in range(IMAGES)])
    labels = LabelStore(db)
    kinds = [labels.add_class(project, name, actor="setup").id for name in ("x", "y", "z")]
    state = state_of(db, project)
    return World(db, project, labels, list(state), kinds, state, set(kinds))


@given(st.lists(STEP, max_size=20))
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_two_people_do_the_store_is_as_the_model_and_can_be_undone_to_the_start(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, int, int, int]]
) -> None:
    world = a_world(tmp_path_factory.mktemp("classes"))
    start, kinds = dict(world.state), set(world.living)
    for step in steps:
        world.act(*step)
        assert state_of(world.db, world.project) == world.state, step
        living = {row.id for row in ClassTable(world.db).list(world.project.id)}
        assert living == world.living, step
        borne = {one for _, kind, tags in world.state.values() for one in (kind, *tags)}
        assert borne - {None} <= living, "no image bears a class that is gone"
    while any(world.act(who, "undo", 0, 0, 0) for who in "ab"):
        pass
    assert (world.state, world.living) == (start, kinds)
    assert state_of(world.db, world.project) == start
    assert world.done == {"a": [], "b": []}
    world.db.close()
