from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.colours import write_colours
from fakes.onnx_graphs import colour_model
from sightline.core.errors import CancelledError
from sightline.core.progress import Silent
from sightline.predict.arrays import ask_all
from sightline.predict.rows import Picture, expand
from sightline.predict.run import predict_files
from sightline.predict.session import open_classifier

if TYPE_CHECKING:
    from pathlib import Path


class Told(Silent):
    """Remembers how far it was, and stops on request."""

    def __init__(self, *, stop: bool = False) -> None:
        self.done: list[int] = []
        self._stop = stop

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        """Remember."""
        assert (total, note) == (40, "asking")
        self.done.append(done)

    def check(self) -> None:
        """Stop if that was asked for."""
        if self._stop:
            raise CancelledError("stopped", hint="")


def forty(folder: Path) -> list[Picture]:
    """Return 39 pictures and a broken one, which is the eighth."""
    found = list(expand([write_colours(folder, 13)]))
    return [*found[:7], Picture("broken.png", b"no picture"), *found[7:]]


@pytest.mark.parametrize("batch", [1, 8])
def test_answers_come_in_order_and_what_cannot_be_read_is_named(tmp_path: Path, batch: int) -> None:
    model: Any = open_classifier(colour_model(tmp_path / "m.onnx"))
    model.max_batch = batch
    pictures, told = forty(tmp_path / "d"), Told()
    said = ask_all(model, pictures, progress=told, threads=3)
    rows = list(predict_files(model, pictures))
    assert said.known.tolist() == ["error" not in row for row in rows]
    assert [one["path"] for one in said.faults] == ["broken.png"]
    for at, row in enumerate(rows):
        wanted = list(row["probabilities"].values()) if "error" not in row else [0, 0, 0]
        np.testing.assert_allclose(said.probabilities[at], wanted, atol=1e-6)
    assert told.done == sorted(told.done)
    assert told.done[-1] == 40


def test_it_stops_when_asked_to(tmp_path: Path) -> None:
    model = open_classifier(colour_model(tmp_path / "m.onnx"))
    with pytest.raises(CancelledError):
        ask_all(model, forty(tmp_path / "d"), progress=Told(stop=True))


def test_nothing_in_nothing_out(tmp_path: Path) -> None:
    said = ask_all(open_classifier(colour_model(tmp_path / "m.onnx")), [])
    assert said.probabilities.shape == (0, 3)
    assert said.faults == ()
