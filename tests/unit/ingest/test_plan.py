from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.imaging.header import Header
from sightline.ingest.hashing import FileRead
from sightline.ingest.labels import FolderLabels
from sightline.ingest.plan import Known, Place, Plan, Verdict, plan
from sightline.ingest.scan import Found

if TYPE_CHECKING:
    from collections.abc import Collection

HEADER = Header("PNG", 4, 3, 4, 3, 1, 1, "RGB")


def read(name: str, digest: str) -> FileRead:
    return FileRead(Found(f"/s/{name}", name, 10, 20), digest, HEADER)


def planned(
    files: dict[str, str],
    known: Known | None = None,
    labels: dict[str, str] | None = None,
    gone: Collection[str] = (),
) -> Plan:
    found = FolderLabels("folders", {name: (one,) for name, one in (labels or {}).items()})
    return plan(
        [read(name, digest) for name, digest in files.items()],
        known or Known(),
        found,
        exists=lambda path: path not in gone,
    )


def known(**places: str) -> Known:
    made = Known()
    for path, digest in places.items():
        made.add(digest, Place(f"/s/{path}", ""))
    return made


def kinds(made: Plan) -> list[str]:
    return [one.kind for one in made.files]


def test_new_bytes_are_new() -> None:
    assert kinds(planned({"a": "1", "b": "2"})) == ["new", "new"]


def test_the_same_bytes_twice_are_one_identity_at_two_places() -> None:
    made = planned({"a": "1", "b": "1"})
    assert kinds(made) == ["new", "place"]
    assert made.digests("new") == {"1"}


def test_known_bytes_at_a_known_path_are_the_same() -> None:
    assert kinds(planned({"a": "1"}, known(a="1"))) == ["same"]


def test_a_moved_file_is_linked_again() -> None:
    made = planned({"b": "1"}, known(a="1"), gone=["/s/a"])
    assert kinds(made) == ["moved"]
    assert made.files[0].gone == ("/s/a",)


def test_a_copy_is_another_place() -> None:
    assert kinds(planned({"b": "1"}, known(a="1"))) == ["place"]


def test_a_file_changed_in_place_is_a_new_identity() -> None:
    memory = known(a="1")
    assert kinds(planned({"a": "2"}, memory)) == ["changed"]
    assert memory.digests["/s/a"] == "2"
    assert memory.places["1"] == []


def test_bytes_that_come_back_after_a_change_are_recognised() -> None:
    memory = known(a="1")
    planned({"a": "2"}, memory)
    assert kinds(planned({"b": "1"}, memory)) == ["moved"]


def test_two_files_that_swap_names_keep_their_identities() -> None:
    assert kinds(planned({"a": "2", "b": "1"}, known(a="1", b="2"))) == ["place", "moved"]


def test_one_label_is_a_verdict() -> None:
    made = planned({"cat/a": "1"}, labels={"cat/a": "cat"})
    assert made.verdicts == {"1": Verdict(("cat",))}


def test_two_labels_are_a_conflict() -> None:
    made = planned({"cat/a": "1", "dog/a": "1"}, labels={"cat/a": "cat", "dog/a": "dog"})
    assert made.verdicts == {"1": Verdict((), conflict=True)}


def test_a_label_that_an_earlier_ingest_saw_counts() -> None:
    memory = Known()
    memory.add("1", Place("/s/cat/a", "cat"))
    made = planned({"dog/a": "1"}, memory, {"dog/a": "dog"})
    assert made.verdicts == {"1": Verdict((), conflict=True, imported=True)}


def test_a_moved_file_is_not_in_conflict_with_where_it_was() -> None:
    memory = Known()
    memory.add("1", Place("/s/cat/a", "cat"))
    made = planned({"dog/a": "1"}, memory, {"dog/a": "dog"}, gone=["/s/cat/a"])
    assert made.verdicts == {"1": Verdict(("dog",), imported=True)}


def test_a_place_without_a_label_does_not_contradict() -> None:
    made = planned({"cat/a": "1", "b": "1"}, labels={"cat/a": "cat"})
    assert made.verdicts == {"1": Verdict(("cat",))}
