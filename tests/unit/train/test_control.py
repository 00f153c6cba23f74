"""A training that somebody holds by the reins, and what a resumed one makes of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.core.errors import CancelledError
from sightline.train import control
from sightline.train.board import read_curves
from sightline.train.checkpoint import load_last
from sightline.train.control import Lookout, Wish, read_wish, set_off, write_wish
from sightline.train.run import train

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.samples import SampleSet

STEPS_PER_EPOCH = 5


@pytest.fixture(autouse=True)
def looks_always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the loop look before every step, so that a test says at which one."""
    monkeypatch.setattr(Lookout, "due", lambda _: True)


class Hand:
    """A progress whose hand does something before a step, and may stop the work before one."""

    def __init__(self, deeds: dict[int, Any], *, cancel_at: int = -1) -> None:
        self.deeds, self.cancel_at = deeds, cancel_at
        self.step = 0

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        """Hear nothing."""

    def tell(self, kind: str, **data: Any) -> None:
        """Hear nothing."""

    def log(self, text: str) -> None:
        """Hear nothing."""

    def check(self) -> None:
        """Do what is to be done before this step."""
        deed = self.deeds.pop(self.step, None)
        if deed is not None:
            deed()
        if self.step == self.cancel_at:
            raise CancelledError("stopped")
        self.step += 1


def facts(folder: Path) -> list[tuple[str, int]]:
    """Return what happened, and at which step."""
    return [(one["kind"], one["step"]) for one in read_curves(folder)["facts"]]


def test_a_rate_changed_by_hand_is_repeated_bit_for_bit_by_a_resumed_run(
    tmp_path: Path, bars: SampleSet, quick: Any, difference: Any
) -> None:
    def hand(folder: Path, **more: Any) -> Hand:
        return Hand({7: lambda: write_wish(folder, Wish(lr_factor=0.25))}, **more)

    whole, part = tmp_path / "whole", tmp_path / "part"
    train(quick(), bars, whole, progress=hand(whole))
    with pytest.raises(CancelledError):
        train(quick(), bars, part, progress=hand(part, cancel_at=9))
    train(quick(), bars, part, mode="resume")
    assert difference(whole, part) == 0
    assert load_last(part).place.lr_changes == [{"step": 7, "factor": 0.25}]
    assert ("lr", 7) in facts(part)
    untouched = tmp_path / "untouched"
    train(quick(), bars, untouched)
    assert difference(whole, untouched) > 0


def test_a_rate_changed_by_hand_survives_a_power_cut_before_the_next_checkpoint(
    tmp_path: Path, bars: SampleSet, quick: Any, power_cut: Any, difference: Any
) -> None:
    def change(folder: Path) -> None:
        write_wish(folder, Wish(lr_factor=3.0))

    def cut() -> None:
        raise power_cut

    spec = quick(checkpoint={"every_s": 0.0, "every_steps": 0})
    whole, part = tmp_path / "whole", tmp_path / "part"
    train(spec, bars, whole, progress=Hand({6: lambda: change(whole)}))
    with pytest.raises(power_cut):
        train(spec, bars, part, progress=Hand({6: lambda: change(part), 9: cut}))
    assert load_last(part).place.step == 6
    train(spec, bars, part, mode="resume")
    assert difference(whole, part) == 0


def test_the_rate_that_is_told_is_the_rate_that_is_used(
    tmp_path: Path, bars: SampleSet, quick: Any
) -> None:
    plain, changed = tmp_path / "plain", tmp_path / "changed"
    train(quick(), bars, plain)
    changed.mkdir()
    write_wish(changed, Wish(lr_factor=0.5))
    train(quick(), bars, changed)
    told, halved = read_curves(plain)["epochs"], read_curves(changed)["epochs"]
    assert [row["lr"] * 0.5 for row in told] == [row["lr"] for row in halved]


def test_a_pause_saves_waits_and_goes_on_as_if_it_had_not_been(
    tmp_path: Path, bars: SampleSet, quick: Any, difference: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, part = tmp_path / "whole", tmp_path / "part"
    train(quick(), bars, whole)
    waited: list[int] = []

    def wait(_: float) -> None:
        waited.append(load_last(part).place.step)
        if len(waited) == 3:
            write_wish(part, Wish())

    monkeypatch.setattr("sightline.train.reins.time.sleep", wait)
    train(quick(), bars, part, progress=Hand({8: lambda: write_wish(part, Wish(pause=True))}))
    assert waited == [8, 8, 8], "all was saved before it waited"
    assert difference(whole, part) == 0
    assert facts(part) == [("paused", 8), ("continued", 8)]


def test_a_paused_run_can_be_stopped_and_resumed(
    tmp_path: Path, bars: SampleSet, quick: Any, difference: Any
) -> None:
    whole, part = tmp_path / "whole", tmp_path / "part"
    train(quick(), bars, whole)
    pause = {4: lambda: write_wish(part, Wish(pause=True))}
    with pytest.raises(CancelledError):
        train(quick(), bars, part, progress=Hand(pause, cancel_at=5))
    set_off(part)
    train(quick(), bars, part, mode="resume")
    assert difference(whole, part) == 0


def test_a_pause_does_not_count_as_training_time(
    tmp_path: Path, bars: SampleSet, quick: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = {"now": 0.0}

    def wait(_: float) -> None:
        ticks["now"] += 1_000.0
        write_wish(tmp_path, Wish())

    monkeypatch.setattr("sightline.train.loop.time.perf_counter", lambda: ticks["now"])
    monkeypatch.setattr("sightline.train.reins.time.sleep", wait)
    hand = Hand({2: lambda: write_wish(tmp_path, Wish(pause=True))})
    assert train(quick(), bars, tmp_path, progress=hand).seconds < 1_000


def test_stopping_after_the_epoch_reports_makes_a_model_and_can_be_resumed(
    tmp_path: Path, bars: SampleSet, quick: Any, difference: Any
) -> None:
    whole, part = tmp_path / "whole", tmp_path / "part"
    train(quick(), bars, whole)
    hand = Hand({7: lambda: write_wish(part, Wish(stop_after_epoch=True))})
    result = train(quick(), bars, part, progress=hand)
    assert (result.epochs, hand.step) == (2, 2 * STEPS_PER_EPOCH)
    assert (part / "report.json").exists()
    set_off(part)
    assert train(quick(), bars, part, mode="resume").epochs == 3
    assert difference(whole, part) == 0


def test_stopping_after_an_epoch_without_val_keeps_that_epoch(
    tmp_path: Path, bars: SampleSet, quick: Any
) -> None:
    learned = type(bars)(tuple(bars.of("train")), bars.classes)
    write_wish(tmp_path, Wish(stop_after_epoch=True))
    result = train(quick(), learned, tmp_path)
    assert (result.epochs, result.best_epoch) == (1, 1)
    assert result.weights_path.exists()


def test_a_new_session_forgets_all_but_the_factor(tmp_path: Path) -> None:
    write_wish(tmp_path, Wish(pause=True, stop_after_epoch=True, lr_factor=2.0))
    set_off(tmp_path)
    assert read_wish(tmp_path) == Wish(lr_factor=2.0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"pause": 1}',
        '{"lr_factor": "fast"}',
        '{"lr_factor": 0}',
        '{"lr_factor": 1e9}',
    ],
)
def test_a_wish_that_makes_no_sense_asks_for_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / control.FILE).write_text(text)
    assert read_wish(tmp_path) == Wish()


@settings(max_examples=25)
@given(st.booleans(), st.booleans(), st.floats(1e-3, 1e3))
def test_a_wish_comes_back_from_its_file(
    tmp_path_factory: pytest.TempPathFactory, pause: bool, stop: bool, factor: float
) -> None:
    folder = tmp_path_factory.getbasetemp()
    wish = Wish(pause=pause, stop_after_epoch=stop, lr_factor=factor)
    write_wish(folder, wish)
    assert read_wish(folder) == wish
    assert json.loads((folder / control.FILE).read_text()) == wish.to_dict()


def test_the_loop_looks_four_times_a_second_and_reads_only_what_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    now = [0.0]
    lookout = Lookout(tmp_path, clock=lambda: now[0])
    assert lookout.due()
    assert lookout.new() is None
    write_wish(tmp_path, Wish(pause=True))
    assert not lookout.due()
    now[0] = control.LOOK_S
    assert lookout.due()
    assert lookout.new() == Wish(pause=True)
    assert lookout.new() is None
