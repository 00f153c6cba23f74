from __future__ import annotations

import json

import pytest

from sightline.cli import output
from sightline.core.errors import CancelledError, ConflictError


def test_a_line_of_json_keeps_letters_and_refuses_what_is_no_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.line({"name": "Ärger 🐈", "value": 0.5})
    assert capsys.readouterr().out == '{"name": "Ärger 🐈", "value": 0.5}\n'
    with pytest.raises(ValueError, match="not JSON compliant"):
        output.line({"loss": float("nan")})


def test_an_error_is_told_in_words_and_as_json_when_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = ConflictError("there is [one] already", hint="choose [another]")
    output.fail(error, as_json=False)
    told = capsys.readouterr()
    assert told.out == ""
    assert "error: there is [one] already" in told.err
    assert "next: choose [another]" in told.err
    output.fail(error, as_json=True)
    assert json.loads(capsys.readouterr().out) == {
        "error": {
            "code": "conflict",
            "message": "there is [one] already",
            "hint": "choose [another]",
        }
    }


def test_a_table_has_a_row_each_or_says_that_there_is_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.table(("name", "count"), [("[cat]", 1), (None, 0)], empty="none yet")
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["name", "count"],
        ["[cat]", "1"],
        ["0"],
    ]
    output.table(("name",), [], empty="none yet")
    assert capsys.readouterr().out == "none yet\n"


def test_a_bar_writes_to_standard_error_only_and_stops_when_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with output.bar("train") as bar:
        bar.advance(1, 3, "epoch [1]")
        bar.tell("metric", loss=0.25)
        bar.tell("epoch", epoch=1)
        bar.log("half [way]")
        bar.check()
        bar.stop()
        with pytest.raises(CancelledError):
            bar.check()
    told = capsys.readouterr()
    assert told.out == ""
    assert "half [way]" in told.err
    with output.bar("train", quiet=True) as bar:
        bar.advance(1, 3)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 KB"), (2_500_000, "2.5 MB"), (3e12, "3000.0 GB")],
)
def test_bytes_are_written_as_people_read_them(count: int, text: str) -> None:
    assert output.size(count) == text


def test_shares_are_written_in_percent() -> None:
    assert output.percent(0.9731) == "97.3 %"
    assert output.percent(None) == ""
