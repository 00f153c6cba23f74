from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.forms import colour_form
from fakes.onnx_graphs import colour_card
from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.predict.measure import measure, serve_measured

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.cards import ModelFormat

ROW = {"threads", "p50_ms", "p95_ms", "mean_ms", "cpu_ms", "runs"}


@pytest.mark.parametrize(
    "form",
    [
        "onnx",
        *(pytest.param(one, marks=pytest.mark.nightly) for one in ("openvino", "torchscript")),
    ],
)
def test_a_form_is_measured_at_one_and_at_many_threads(tmp_path: Path, form: ModelFormat) -> None:
    file, card = colour_form(tmp_path, form)
    found = measure(file, card, threads=(1, 2), clients=2, seconds=0.01)
    assert set(found) == {"cold_ms", "memory_bytes", "latency", "throughput"}
    assert found["cold_ms"] > 0
    assert [one["threads"] for one in found["latency"]] == [1, 2]
    for one in found["latency"]:
        assert set(one) == ROW
        assert 0 < one["p50_ms"] <= one["p95_ms"]
        assert one["runs"] >= 10
    assert found["throughput"]["clients"] == 2
    assert found["throughput"]["per_s"] > 0


def test_nothing_is_opened_before_it_is_asked(tmp_path: Path) -> None:
    served = serve_measured(tmp_path / "none.onnx", colour_card(), threads=1)
    assert served.answer("facts", {}, []) == ({}, [])
    wish = {"threads": [1], "clients": 1, "seconds": 0.01}
    with pytest.raises(MissingWeightsError):
        served.answer("measure", wish, [])
    with pytest.raises(InvalidInputError, match="cannot"):
        served.answer("predict", {}, [])
