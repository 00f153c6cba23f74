from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from fakes.jobs import until
from sightline.app.live_head import refit
from sightline.app.live_head.refit import Refitter
from sightline.core.errors import CancelledError, InvalidInputError
from unit.app.conftest import label_by_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.app import Workbench
    from sightline.core.progress import Progress
    from sightline.store.projects import Project

WAIT_S = 60.0


class Fits:
    """Counts the fits it is asked for; the first may fail."""

    def __init__(self, fails: Exception | None = None) -> None:
        self.asked: list[str] = []
        self.heard = threading.Semaphore(0)
        self._fails = fails

    def refit(self, project: Project, *, progress: Progress | None = None) -> None:
        assert progress is not None
        self.asked.append(project.name)
        self.heard.release()
        if self._fails is not None:
            fails, self._fails = self._fails, None
            raise fails


@pytest.fixture(autouse=True)
def soon(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refit, "POLL_S", 0.005)
    monkeypatch.setattr(refit, "PATIENCE_S", 600.0)
    bench.save_settings({"refit_delay_s": 0})


@pytest.fixture
def started() -> Iterator[list[Refitter]]:
    running: list[Refitter] = []
    yield running
    for one in running:
        one.stop()


def watch(bench: Workbench, fits: Fits, started: list[Refitter]) -> None:
    started.append(Refitter(bench.store, bench.projects, fits))
    started[-1].start()


def test_labels_are_learned_in_the_background_and_told(
    bench: Workbench, pets: Project, started: list[Refitter]
) -> None:
    label_by_folder(bench, pets, every=2)
    bench.train_head("pets")
    last = bench.store.events.last_id()
    started.append(Refitter(bench.store, bench.projects, bench.heads))
    started[-1].start()
    label_by_folder(bench, pets)
    until(lambda: any(one.kind == "head" for one in bench.store.events.since(last)))
    assert bench.heads.require(pets)["labels"] > 20


def test_every_change_of_labels_or_classes_is_followed(
    bench: Workbench, pets: Project, started: list[Refitter]
) -> None:
    fits = Fits()
    watch(bench, fits, started)
    bench.labels.add_class(pets, "cat")
    assert fits.heard.acquire(timeout=WAIT_S)
    label_by_folder(bench, pets)
    assert fits.heard.acquire(timeout=WAIT_S)
    assert set(fits.asked) == {"pets"}


@pytest.mark.parametrize("fault", [InvalidInputError("too few"), ValueError("a bug"), OSError(28)])
def test_a_fit_that_fails_does_not_end_the_watch(
    bench: Workbench, pets: Project, started: list[Refitter], fault: Exception
) -> None:
    fits = Fits(fault)
    watch(bench, fits, started)
    bench.labels.add_class(pets, "cat")
    assert fits.heard.acquire(timeout=WAIT_S)
    bench.labels.add_class(pets, "dog")
    assert fits.heard.acquire(timeout=WAIT_S)


def test_a_project_that_wants_no_refit_gets_none_and_an_erased_one_stops_nothing(
    bench: Workbench, pets: Project, started: list[Refitter]
) -> None:
    quiet = bench.projects.create("quiet")
    gone = bench.projects.create("gone")
    bench.projects.save_settings(quiet, {"auto_refit": False})
    fits = Fits()
    started.append(Refitter(bench.store, bench.projects, fits))
    started[-1]._last = bench.store.events.last_id()
    bench.labels.add_class(quiet, "cat")
    bench.labels.add_class(gone, "cat")
    bench.projects.erase("gone", confirm="gone")
    bench.labels.add_class(pets, "cat")
    started[-1]._thread.start()
    assert fits.heard.acquire(timeout=WAIT_S)
    assert fits.asked == ["pets"]


def test_changes_from_before_the_start_are_not_followed(
    bench: Workbench, pets: Project, started: list[Refitter]
) -> None:
    other = bench.projects.create("other")
    bench.labels.add_class(pets, "cat")
    fits = Fits()
    watch(bench, fits, started)
    bench.labels.add_class(other, "cat")
    assert fits.heard.acquire(timeout=WAIT_S)
    assert fits.asked == ["other"]


def test_one_that_was_never_started_can_be_stopped(bench: Workbench) -> None:
    Refitter(bench.store, bench.projects, Fits()).stop()


class Slow:
    """Waits in the middle of its first fit until it is told to go on."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.goes_on = threading.Event()
        self.ended: list[str] = []
        self.heard = threading.Semaphore(0)

    def refit(self, project: Project, *, progress: Progress | None = None) -> None:
        assert progress is not None
        assert project.name == "pets"
        self.begun.release()
        assert self.goes_on.wait(WAIT_S)
        try:
            progress.check()
            self.ended.append("done")
        except CancelledError:
            self.ended.append("left")
            raise
        finally:
            self.heard.release()


def test_a_label_during_a_fit_stops_it_and_the_next_one_has_it(
    bench: Workbench, pets: Project, started: list[Refitter]
) -> None:
    fits = Slow()
    started.append(Refitter(bench.store, bench.projects, fits))
    started[-1].start()
    bench.labels.add_class(pets, "cat")
    assert fits.begun.acquire(timeout=WAIT_S)
    bench.labels.add_class(pets, "dog")
    fits.goes_on.set()
    assert fits.heard.acquire(timeout=WAIT_S)
    assert fits.heard.acquire(timeout=WAIT_S)
    assert fits.ended == ["left", "done"]


def test_labels_without_a_pause_do_not_keep_the_head_from_learning(
    bench: Workbench, pets: Project, started: list[Refitter], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refit, "PATIENCE_S", 0.0)
    fits = Slow()
    started.append(Refitter(bench.store, bench.projects, fits))
    started[-1].start()
    bench.labels.add_class(pets, "cat")
    assert fits.begun.acquire(timeout=WAIT_S)
    bench.labels.add_class(pets, "dog")
    fits.goes_on.set()
    assert fits.heard.acquire(timeout=WAIT_S)
    assert fits.ended[0] == "done"


def test_stopping_does_not_wait_for_a_fit_to_end(bench: Workbench, pets: Project) -> None:
    fits = Slow()
    running = Refitter(bench.store, bench.projects, fits)
    running.start()
    bench.labels.add_class(pets, "cat")
    assert fits.begun.acquire(timeout=WAIT_S)
    running._stop.set()
    fits.goes_on.set()
    running.stop()
    assert fits.ended == ["left"]
