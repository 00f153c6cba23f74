"""Variables of earlier tools that are set here: what each stands for, and what it still needs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import SightlineError
from sightline.nets.catalogue import how_to_get
from sightline.settings import ALIASES, Loaded, dotenv
from sightline.store.model_plan import PICKLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sightline.app.workbench import Workbench

_AUTO: Final = ("", "auto")


def checks(bench: Workbench, loaded: Loaded) -> list[dict[str, Any]]:
    """Return a row for each variable of an earlier tool that is set, as `doctor` shows it."""
    environ = {**dotenv(), **{key: one for key, one in os.environ.items() if one}}
    return [_row(bench, loaded, name, environ) for name in ALIASES if environ.get(name)]


def _row(bench: Workbench, loaded: Loaded, name: str, environ: Mapping[str, str]) -> dict[str, Any]:
    setting = ALIASES[name]
    origin, value = loaded.origins[setting], getattr(loaded.settings, setting)
    if ALIASES.get(origin.partition(" ")[0]) != setting:
        return _told(name, f"{origin} rules over it: {setting} is {value}")
    need = _need(bench, setting, str(value), environ[name])
    shown = "***" if setting == "database_url" else value
    return _told(name, f"{setting} = {shown}" + (f"; {need}" if need else ""), ok=not need)


def _told(name: str, detail: str, *, ok: bool = True) -> dict[str, Any]:
    return {"name": name, "ok": ok, "detail": detail, "needed": False}


def _need(bench: Workbench, setting: str, value: str, written: str) -> str:
    """Return what is still to be done before a value can be used; empty: nothing."""
    if setting == "labelmap":
        return _labelmap(Path(value))
    if setting not in {"box_head", "assist_engine", "encoder"} or value in _AUTO:
        return ""
    if _is_here(bench, setting, value):
        return ""
    pickle = Path(written).suffix.lower() in PICKLES
    why = f"{written} is a pickle, which is never opened: " if pickle else ""
    if setting == "box_head":
        how = f"sightline heads {'convert' if pickle else 'import'} {written}"
    else:
        how = how_to_get(value)
    return f"{why}{how}"


def _is_here(bench: Workbench, setting: str, name: str) -> bool:
    try:
        if setting == "assist_engine":
            return name in bench.assist.engines.entries()
        if setting == "encoder":
            return bench.encoders.is_ready(name)
        return bool(bench.store.models.get(name, allow_paths=False))
    except SightlineError:
        return False


def _labelmap(file: Path) -> str:
    if not file.is_file():
        return "there is no such file"
    if file.suffix.lower() in PICKLES:
        return "a pickle is never opened: write a class name per line into a .txt file"
    return ""
