"""The runner of all checks: everything runs, failures and gaps are summed up."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

import checks

if TYPE_CHECKING:
    from pathlib import Path


def check(name: str, exit_code: int, *, may_be_empty: bool = False) -> checks.Check:
    command = (sys.executable, "-c", f"print('I am {name}'); raise SystemExit({exit_code})")
    return checks.Check(name, command, may_be_empty=may_be_empty)


def run_with(
    monkeypatch: pytest.MonkeyPatch,
    *arguments: str,
    quick: tuple[checks.Check, ...] = (),
    slow: tuple[checks.Check, ...] = (),
    gaps: tuple[str, ...] = (),
    in_ci: bool = False,
) -> int:
    monkeypatch.setattr(checks, "_checks", lambda *_, **__: (quick, slow, ()))
    monkeypatch.setattr(checks, "_install_what_tests_need", lambda: list(gaps))
    monkeypatch.setattr(checks, "IN_CI", in_ci)
    return checks.main(list(arguments))


def test_a_failure_does_not_keep_the_others_from_running(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    quick = (check("first", 1), check("second", 0))
    assert run_with(monkeypatch, quick=quick, slow=(check("third", 0), check("fourth", 2))) == 1
    said = capfd.readouterr().out
    assert all(f"I am {name}" in said for name in ("first", "second", "third", "fourth"))
    assert "2 checks passed, 2 failed" in said


def test_all_passing_is_success(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_with(monkeypatch, quick=(check("one", 0),), slow=(check("two", 0),)) == 0


@pytest.mark.parametrize(("in_ci", "code"), [(True, 1), (False, 0)])
def test_a_gap_fails_in_continuous_integration_and_is_reported_elsewhere(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], in_ci: bool, code: int
) -> None:
    assert run_with(monkeypatch, gaps=("no Chromium",), in_ci=in_ci) == code
    assert "no Chromium" in capfd.readouterr().out


def test_only_runs_what_was_named(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    quick = (check("lint", 0), check("format", 1))
    assert run_with(monkeypatch, "--only", "lint", quick=quick) == 0
    assert "I am format" not in capfd.readouterr().out


def test_a_selection_that_matches_no_browser_test_is_no_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nothing = checks.NO_TESTS_COLLECTED
    assert run_with(monkeypatch, quick=(check("browser", nothing, may_be_empty=True),)) == 0
    assert run_with(monkeypatch, quick=(check("browser", nothing),)) == 1


def test_words_after_the_dashes_go_to_pytest_and_nightly_adds_the_long_tests() -> None:
    _, _, (tests, browser) = checks._checks(["-k", "journal"], nightly=False)
    assert tests.command[-2:] == ("-m", "not browser and not nightly")
    assert "journal" in tests.command
    assert "journal" in browser.command
    _, _, (tests, browser) = checks._checks([], nightly=True)
    assert tests.command[-1] == "not browser"
    assert browser.command[-1] == "browser"


def test_a_program_that_is_not_there_is_an_answer(tmp_path: Path) -> None:
    assert checks._call([str(tmp_path / "nothing")]) is False
