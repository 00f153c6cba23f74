from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from fakes.conv_graphs import SIDE, conv_card, conv_model
from sightline.core.errors import CancelledError
from sightline.core.progress import Silent
from sightline.export import quantise, sensitive
from sightline.predict.session import open_classifier

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import F32, U8


def ask(graph: Path, pictures: U8) -> F32:
    return open_classifier(graph, conv_card()).classify(pictures)


def prepared(folder: Path, layers: int) -> tuple[Path, Path, U8]:
    graph = conv_model(folder / "float.onnx", layers=layers, loud=layers - 1)
    found = quantise.prepare(graph, folder / "prepared.onnx")
    pictures = np.random.default_rng(1).integers(0, 256, (16, SIDE, SIDE, 3), dtype=np.uint8)
    feed = open_classifier(graph).feed
    ranges = quantise.calibrate(
        found, folder / "ranges.json", "minmax", pictures, feed, progress=Silent()
    )
    return found, ranges, pictures


def test_layers_come_in_runs_of_at_least_two(tmp_path: Path) -> None:
    graph, _, _ = prepared(tmp_path, 4)
    blocks = sensitive.blocks_of(graph)
    assert [len(one) for one in blocks] == [2, 3]
    assert [name for one in blocks for name in one] == quantise.weighted_nodes(graph)


def test_the_run_that_changes_the_answers_most_comes_first(tmp_path: Path) -> None:
    graph, ranges, pictures = prepared(tmp_path, 5)
    runs, told = sensitive.blocks_of(graph), Silent()
    order = sensitive.most_sensitive(
        graph,
        ranges,
        "minmax",
        pictures,
        runs=runs,
        card=conv_card(),
        bits=8,
        ask=ask,
        progress=told,
    )
    assert sorted(order) == sorted(runs)
    assert sensitive.pairs_of(("a", "b", "c")) == [("a", "b"), ("b", "c")]
    assert "conv4" in order[0]


def test_the_search_stops_when_asked(tmp_path: Path) -> None:
    class Stop(Silent):
        def check(self) -> None:
            raise CancelledError("stopped", hint="")

    graph, ranges, pictures = prepared(tmp_path, 2)
    runs = sensitive.blocks_of(graph)
    with pytest.raises(CancelledError):
        sensitive.most_sensitive(
            graph,
            ranges,
            "minmax",
            pictures,
            runs=runs,
            card=conv_card(),
            bits=8,
            ask=ask,
            progress=Stop(),
        )
