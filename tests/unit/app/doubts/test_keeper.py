from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from fakes.onnx_graphs import RED_GREEN_BLUE, colour_card
from fakes.served import png
from sightline.app.doubts.keeper import QUEUE, Keeper, Means
from sightline.app.doubts.shelf import DoubtShelf
from sightline.core.errors import InvalidInputError
from sightline.imaging.limits import DEFAULT_LIMITS
from sightline.predict.doubt import Judge

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app.doubts.eyes import Eye

TORN = {"path": "x", "label": "red", "probabilities": {"red": 0.5, "green": 0.5, "blue": 0.0}}


class _Gate:
    """An eye that opens when it is let."""

    def __init__(self, fault: str = "") -> None:
        self.open = threading.Event()
        self.reached = threading.Event()
        self.fault = fault

    def __call__(self) -> Eye:
        self.reached.set()
        self.open.wait(60)
        raise InvalidInputError(self.fault or "no eye", hint="none")


def _keeper(tmp_path: Path, gate: _Gate, **changes: Any) -> Keeper:
    means: dict[str, Any] = {
        "card": colour_card(),
        "judge": lambda _: Judge(classes=RED_GREEN_BLUE),
        "eye": gate,
        "reference": lambda _eye, _stopped: None,
        "limits": DEFAULT_LIMITS,
        "shelf": DoubtShelf(tmp_path / "doubts", keep=1_000, max_bytes=1 << 30),
    }
    return Keeper(Means(**means | changes))


def test_what_comes_faster_than_it_looks_is_counted_and_nobody_waits(tmp_path: Path) -> None:
    gate = _Gate()
    keeper = _keeper(tmp_path, gate, shelf=None)
    keeper.offer(png((1, 2, 3)), TORN)
    assert gate.reached.wait(60)
    for at in range(QUEUE + 7):
        keeper.offer(png((9, 9, 9), at), TORN)
    assert keeper.stats()["missed"] == 7
    gate.open.set()
    assert keeper.drain()
    keeper.close()
    assert keeper.stats()["doubtful"] == QUEUE + 1


def test_without_an_eye_answers_are_judged_alone_and_the_fault_is_told(tmp_path: Path) -> None:
    gate = _Gate("no such file")
    gate.open.set()
    keeper = _keeper(tmp_path, gate)
    keeper.offer(png((1, 2, 3)), TORN)
    keeper.drain()
    keeper.close()
    assert (keeper.stats()["kept"], keeper.stats()["fault"]) == (1, "no such file")


@pytest.mark.parametrize("data", [b"", b"no picture"])
def test_what_cannot_be_read_is_counted_and_the_thread_goes_on(tmp_path: Path, data: bytes) -> None:
    gate = _Gate()
    gate.open.set()
    keeper = _keeper(tmp_path, gate)
    keeper.offer(data, TORN)
    keeper.offer(png((1, 2, 3)), TORN)
    keeper.drain()
    keeper.close()
    assert (keeper.stats()["failed"], keeper.stats()["kept"]) == (1, 1)


def test_the_numbers_of_the_last_answers_are_told_when_no_more_come(tmp_path: Path) -> None:
    gate = _Gate()
    gate.open.set()
    told: list[int] = []
    last = threading.Event()

    def tell(numbers: dict[str, Any]) -> None:
        told.append(numbers["seen"])
        if told[-1] == 3:
            last.set()

    keeper = _keeper(tmp_path, gate, tell=tell, tell_s=0.01, clock=lambda: 0.0)
    for at in range(3):
        keeper.offer(png((1, 2, 3), at), TORN)
    assert last.wait(10)
    keeper.close()
    assert told == sorted(told)


def test_what_the_caller_does_to_his_row_afterwards_does_not_matter(tmp_path: Path) -> None:
    gate = _Gate()
    keeper = _keeper(tmp_path, gate)
    row = dict(TORN)
    keeper.offer(png((1, 2, 3)), row)
    row.clear()
    gate.open.set()
    keeper.drain()
    keeper.close()
    assert keeper.stats()["kept"] == 1


def test_a_full_disk_ends_no_serving(tmp_path: Path) -> None:
    gate = _Gate()
    gate.open.set()
    (tmp_path / "doubts").write_text("a file is in the way")
    keeper = _keeper(tmp_path, gate)
    keeper.offer(png((1, 2, 3)), TORN)
    keeper.drain()
    keeper.close()
    assert keeper.stats()["failed"] == 1
    assert "Error" in keeper.stats()["fault"]


def test_after_the_end_nothing_is_taken_and_errors_are_never_doubts(tmp_path: Path) -> None:
    gate = _Gate()
    keeper = _keeper(tmp_path, gate)
    keeper.offer(b"", {"path": "x", "error": "broken"})
    keeper.close()
    keeper.offer(png((1, 2, 3)), TORN)
    assert (keeper.stats()["seen"], keeper.stats()["kept"]) == (2, 0)
    assert not gate.reached.is_set()
