"""The workspace that browser tests start with is a copy of its own."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from fakes.template import copy_template

if TYPE_CHECKING:
    from pathlib import Path


def test_a_copied_workspace_names_no_path_of_the_one_it_was_copied_from(
    template: Path, tmp_path: Path
) -> None:
    copy_template(template, tmp_path)
    with closing(sqlite3.connect(tmp_path / "workspace" / "sightline.db")) as database:
        rows = "\n".join(database.iterdump())
    assert str(tmp_path / "shapes" / "007_disc.png") in rows
    told = [file.read_text() for file in (tmp_path / "workspace" / "jobs").glob("*/*.json*")]
    assert str(template) not in rows + "".join(told)
