"""Where the value of each setting comes from.

A flag of the command line rules over a SIGHTLINE_* variable (of the environment, then of `.env`),
that over the project's project.json, that over the workspace's settings.json, that over a variable
of an earlier tool (`earlier.py`), that over the default. Settings are read once at the start and
never change; `doctor` prints each origin.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dotenv import dotenv_values
from pydantic import ValidationError

from sightline.core.errors import InvalidInputError, did_you_mean
from sightline.core.files import read_json, write_json
from sightline.core.groups import parse_grouping
from sightline.core.tone import parse_tone
from sightline.settings.earlier import of_earlier_tools
from sightline.settings.fields import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX: Final = "SIGHTLINE_"
SECRETS: Final = ("token", "database_url", "serve_keys")
HIDDEN: Final = "***"
"""Stands for a secret where settings are shown."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings and, for each, where its value came from."""

    settings: Settings
    origins: dict[str, str]
    """Name to flag, environment, .env, project.json, settings.json, default, or to the variable
    of an earlier tool, as in `LOGREG_PATH (.env)`."""


def load_settings(
    workspace: Path | None,
    *,
    flags: Mapping[str, Any] | None = None,
    project_dir: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Loaded:
    """Read the settings of a workspace, or of one project in it.

    Raises:
        InvalidInputError: A file, a variable or a flag is not valid; the message says which.
    """
    environ = os.environ if environ is None else environ
    written = dotenv()
    layers = _earlier(written, environ)
    if workspace is not None:
        layers.append(("settings.json", _file(workspace / "settings.json")))
    if project_dir is not None:
        layers.append(("project.json", _project_file(project_dir / "project.json")))
    layers.append((".env", _variables(written)))
    layers.append(("environment", _variables(environ)))
    layers.append(("flag", {key: one for key, one in (flags or {}).items() if one is not None}))
    values: dict[str, Any] = {}
    origins = dict.fromkeys(Settings.model_fields, "default")
    for origin, layer in layers:
        values |= layer
        origins |= dict.fromkeys(layer, origin)
    return Loaded(_validated(values, origins), origins)


def save_settings(path: Path, values: dict[str, Any]) -> None:
    """Check and write settings.json or project.json; other keys of the file are kept.

    A secret that comes back as `public` shows it is left as it is.

    Raises:
        InvalidInputError: A key or a value is not valid.
    """
    known = Settings.project_keys() if path.name == "project.json" else Settings.model_fields
    for key in values:
        if key not in known:
            raise InvalidInputError(
                f"{path.name} cannot hold the setting {key!r}", hint=did_you_mean(key, known)
            )
    merged = _object(path) | {
        key: one for key, one in values.items() if key not in SECRETS or HIDDEN not in str(one)
    }
    settings = {key: one for key, one in merged.items() if key in known}
    _validated(settings, dict.fromkeys(settings, path.name))
    write_json(path, merged)


def schema(*, project: bool = False) -> dict[str, Any]:
    """Return the JSON Schema of settings.json, or of project.json."""
    whole = Settings.model_json_schema()
    if project:
        keys = Settings.project_keys()
        whole["properties"] = {key: whole["properties"][key] for key in keys}
        whole["title"] = "Project settings"
    return whole


def find_workspace(flag: Path | None = None, environ: Mapping[str, str] | None = None) -> Path:
    """Return the workspace: the flag, SIGHTLINE_WORKSPACE, AL_STORE_DIR, else ./workspace."""
    environ = os.environ if environ is None else environ
    named = environ.get(f"{PREFIX}WORKSPACE") or environ.get("AL_STORE_DIR")
    wanted = flag or Path(named or "workspace")
    try:
        return wanted.expanduser().resolve()
    except RuntimeError as error:
        raise InvalidInputError(
            f"{wanted}: {error}", hint="write the folder out in full"
        ) from error


def as_variables(flags: Mapping[str, Any]) -> dict[str, str]:
    """Return flags as environment variables, so that a process started from here has them too."""
    return {
        PREFIX + name.upper(): _text(name, value)
        for name, value in flags.items()
        if value is not None and name in Settings.model_fields
    }


def public(settings: Settings) -> dict[str, Any]:
    """Return the values with secrets left out."""
    values = settings.model_dump(mode="json")
    if values["token"]:
        values["token"] = HIDDEN
    if "@" in values["database_url"]:
        scheme, _, rest = values["database_url"].partition("://")
        values["database_url"] = f"{scheme}://{HIDDEN}@{rest.rpartition('@')[2]}"
    return values


def _object(path: Path) -> dict[str, Any]:
    values = read_json(path) if path.exists() else {}
    if not isinstance(values, dict):
        raise InvalidInputError(f"{path} is not a JSON object", hint="write {} to start anew")
    return values


def _file(path: Path) -> dict[str, Any]:
    return {key: one for key, one in _object(path).items() if key != "$schema"}


def _project_file(path: Path) -> dict[str, Any]:
    values = _file(path)
    unknown = [key for key in values if key not in Settings.project_keys()]
    if unknown:
        hint = did_you_mean(unknown[0], Settings.project_keys())
        raise InvalidInputError(f"{path} has an unknown key {unknown[0]!r}", hint=hint)
    return values


def dotenv() -> dict[str, str]:
    """Return the variables of the file .env where one stands, those with a value.

    Raises:
        InvalidInputError: It is not UTF-8.
    """
    path = Path(".env")
    if not path.is_file():
        return {}
    try:
        return {key: one for key, one in dotenv_values(path).items() if one}
    except UnicodeDecodeError as error:
        raise InvalidInputError(f".env cannot be read: {error}", hint="save it as UTF-8") from error


def _earlier(
    written: Mapping[str, str], environ: Mapping[str, str]
) -> list[tuple[str, dict[str, Any]]]:
    """Return a layer for each setting that a variable of an earlier tool stands for."""
    found = of_earlier_tools({**written, **{key: one for key, one in environ.items() if one}})
    return [
        (f"{name} ({'environment' if environ.get(name) else '.env'})", {key: value})
        for key, (name, value) in found.items()
    ]


def _variables(environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, one in environ.items():
        name = key.removeprefix(PREFIX).lower()
        if not key.startswith(PREFIX) or name not in Settings.model_fields or one == "":
            continue
        values[name] = _listed(name, one)
    return values


def _text(name: str, value: Any) -> str:
    if isinstance(value, list | tuple):
        return (os.pathsep if "root" in name else ",").join(str(one) for one in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _listed(name: str, value: str) -> Any:
    if Settings.model_fields[name].annotation == list[str]:
        return [part for part in value.split(os.pathsep if "root" in name else ",") if part]
    return value


def _validated(values: dict[str, Any], origins: Mapping[str, str]) -> Settings:
    for key in values:
        if key not in Settings.model_fields:
            hint = did_you_mean(key, Settings.model_fields)
            raise InvalidInputError(f"unknown setting {key!r} ({origins.get(key, '?')})", hint=hint)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        raise InvalidInputError(
            f"{name} ({origins.get(name, '?')}): {first['msg']}",
            hint=Settings.model_fields[name].description or "" if name else "",
        ) from error
    if settings.val_share + settings.test_share >= 1:
        raise InvalidInputError(
            "val_share and test_share leave nothing to train on", hint="keep their sum below 1"
        )
    parse_tone(settings.tone)
    parse_grouping(settings.split_by)
    return settings
