"""Encoders against heads: one split, the best first, nothing measured twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from fakes.onnx_graphs import colour_model
from sightline.core.errors import (
    CancelledError,
    InvalidInputError,
    NotFoundError,
    UnknownEngineError,
)
from sightline.core.progress import Silent
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.store.projects import Project


@dataclass
class Notes(Silent):
    """Remembers what it was told, and stops the work at a note."""

    stop_at: str = "-"
    told: list[str] = field(default_factory=list)

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        self.told.append(f"{done}/{total} {note}")

    def check(self) -> None:
        if any(self.stop_at in one for one in self.told):
            raise CancelledError("stopped")


def write_bars(folder: Path, count: int = 8) -> None:
    """Write pictures of bars that lie or stand: of one colour, so that only their shape tells."""
    for name in ("images", "labels"):
        (folder / name).mkdir(parents=True)
    rng = np.random.default_rng(0)
    for n in range(count):
        pixels, lines = rng.integers(90, 130, (32, 128, 3), np.uint8), []
        for at in range(4):
            x, kind = 4 + 32 * at, int(rng.integers(2))
            lies, stands = (slice(13, 19), slice(x, x + 24)), (slice(4, 28), slice(x + 9, x + 15))
            pixels[stands if kind else lies] = 255
            lines.append(f"{kind} {(x + 12) / 128:.4f} 0.5 0.1875 0.75")
        Image.fromarray(pixels).save(folder / "images" / f"{n}.png")
        (folder / "labels" / f"{n}.txt").write_text("\n".join(lines) + "\n")


@pytest.fixture
def drawn(bench: Workbench, tmp_path: Path) -> Project:
    write_bars(tmp_path / "bars")
    bench.ingest(tmp_path / "bars" / "images", "drawn", labels="none")
    bench.import_labels(
        "drawn", tmp_path / "bars" / "labels", form="yolo", classes=["lies", "stands"]
    )
    colour_model(tmp_path / "colours.onnx")
    bench.models.add(tmp_path / "colours.onnx", ImportOptions(name="colours", output="embedding"))
    return bench.projects.get("drawn")


def test_the_pair_that_names_objects_best_comes_first(bench: Workbench, drawn: Project) -> None:
    notes = Notes()
    found = bench.head_benchmark.perform(
        drawn, encoders=["colours", "hog"], heads=["logistic"], spec={}, progress=notes
    )
    first, second = found["rows"]
    assert (first["encoder"], first["head"], first["fault"]) == ("hog", "logistic", "")
    assert first["macro_f1"] > 0.9 > second["macro_f1"]
    assert (first["rows"], second["rows"]) == (second["rows"], first["rows"])
    assert (second["dim"], found["note"]) == (3, "")
    assert any(one.startswith("1/2 hog: embedding crops") for one in notes.told)
    assert bench.head_benchmark.result(drawn) == found


def test_what_was_measured_is_not_measured_again(bench: Workbench, drawn: Project) -> None:
    compare = bench.head_benchmark.perform
    with pytest.raises(CancelledError):
        compare(
            drawn,
            encoders=["colours", "hog"],
            heads=["logistic"],
            spec={},
            progress=Notes(stop_at="1/2 hog"),
        )
    assert bench.head_benchmark.last(drawn) is None
    again = compare(drawn, encoders=["hog", "colours"], heads=["logistic"], spec={})
    notes = Notes()
    once_more = compare(
        drawn, encoders=["colours", "hog"], heads=["logistic"], spec={}, progress=notes
    )
    assert once_more["rows"] == again["rows"]
    assert not any("fitting" in one for one in notes.told)
    other = compare(drawn, encoders=["colours"], heads=["logistic"], spec={"seed": 1})
    assert len(other["rows"]) == 1
    assert other["spec"] == {"seed": 1}


def test_an_encoder_that_fails_costs_its_own_rows_only(bench: Workbench, drawn: Project) -> None:
    found = bench.head_benchmark.perform(
        drawn, encoders=["none", "colours"], heads=["logistic"], spec={}
    )
    assert [row["encoder"] for row in found["rows"]] == ["colours", "none"]
    assert "no encoder named" in found["rows"][1]["fault"]
    with pytest.raises(UnknownEngineError):
        bench.head_benchmark.perform(drawn, encoders=["none"], heads=["logistic"], spec={})


def test_what_cannot_be_compared_is_refused_at_once(bench: Workbench, drawn: Project) -> None:
    start = bench.head_benchmark.start
    with pytest.raises(NotFoundError):
        bench.head_benchmark.result(drawn)
    with pytest.raises(UnknownEngineError):
        start(drawn, ["none"])
    with pytest.raises(InvalidInputError, match="no head"):
        start(drawn, [], ["forest"])
    with pytest.raises(InvalidInputError, match="what is compared"):
        start(drawn, values={"encoder": "hog"})
    with pytest.raises(InvalidInputError, match="padding"):
        start(drawn, values={"padding": -1})
