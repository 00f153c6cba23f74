"""Every knob: its default, its unit, and where its value came from.

A flag of the command line rules over a SIGHTLINE_* variable (of the environment, then of `.env`),
that over the project's project.json, that over the workspace's settings.json, that over the
default. Settings are read once at the start and never change; `doctor` prints each origin.
"""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sightline.core.errors import InvalidInputError, did_you_mean
from sightline.core.files import read_json, write_json
from sightline.core.groups import parse_grouping
from sightline.core.tone import parse_tone

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX: Final = "SIGHTLINE_"
ALIASES: Final = {
    "AL_DATA_DIR": "data_dir",
    "AL_DB_PATH": "database_url",
    "AL_EMBEDDING_BACKEND": "encoder",
}
"""Variables of earlier tools that are understood; AL_STORE_DIR names the workspace."""
SECRETS: Final = ("token", "database_url")
HIDDEN: Final = "***"
"""Stands for a secret where settings are shown."""
PROJECT: Final[dict[str, Any]] = {"scope": "project"}
_own: Final = partial(Field, json_schema_extra=PROJECT)
"""A setting that project.json may set."""


def _person() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "me"


class Settings(BaseModel):
    """Read once at the start; never changed after."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Settings")

    title: str = _own("", max_length=200, description="Shown instead of the folder's name.")
    task: Literal["auto", "single", "multi"] = _own(
        "auto",
        description="One class per image, or any number of tags. auto: what the labels show.",
    )
    encoder: str = _own(
        "auto",
        description="What makes vectors of pictures. auto: the built-in one; torch: any model.",
    )
    auto_embed: bool = _own(
        True,
        description="Embed pictures that arrive later in the background, once some are embedded.",
    )
    split_seed: int = _own(
        42, ge=0, description="Another seed gives another split into train, val and test."
    )
    split_by: str = _own(
        "image",
        max_length=220,
        description="What stays together in one split: image, folder, folder:2, name, name:REGEX.",
    )
    val_share: float = _own(
        0.15, ge=0, le=0.9, description="Share of images for validation, 0 to 0.9."
    )
    test_share: float = _own(
        0.15, ge=0, le=0.9, description="Share of images for the final test, 0 to 0.9."
    )
    target_accuracy: float = _own(
        0.95,
        gt=0,
        le=1,
        description="How good the head should be: accuracy, or macro F1 of tags, 0 to 1.",
    )
    tone: str = _own(
        "",
        max_length=200,
        description="How TIFF, FITS and 16-bit pictures become 8 bits, as in: asinh low=0 "
        "high=4095 channels=2,1,0 hdu=1 slice=3. Empty: by percentiles.",
    )
    auto_refit: bool = _own(
        True, description="Fit the head again in the background when labels change."
    )
    refit_delay_s: float = _own(
        0.5,
        ge=0,
        le=60,
        description="Quiet time after a label before the head is fitted again, seconds.",
    )

    person: str = Field(
        default_factory=_person,
        min_length=1,
        max_length=100,
        description="Whose changes these are, in the history.",
    )
    data_dir: str = Field("", description="Folder that `ingest` offers first.")
    database_url: str = Field(
        "",
        description="A PostgreSQL URL, or a SQLite file. Empty: sightline.db in the workspace.",
    )
    host: str = Field(
        "127.0.0.1",
        min_length=1,
        description="Address the server listens on. Any but a loopback address needs a token.",
    )
    port: int = Field(8000, ge=0, le=65535, description="Port the server listens on.")
    allowed_hosts: list[str] = Field(
        default_factory=list,
        description="Host names, besides loopback ones, under which the page may be opened.",
    )
    allowed_roots: list[str] = Field(
        default_factory=list,
        description="Folders to add pictures from over the API. Empty: home and the workspace.",
    )
    token: str = Field(
        "",
        max_length=200,
        description="Secret that a server on another address asks for. Empty: one is made.",
        json_schema_extra={"secret": True},
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="How much the log tells."
    )
    max_upload_mb: int = Field(512, ge=1, le=1_000_000, description="Largest upload, megabytes.")
    max_image_mp: int = Field(
        300, ge=1, le=2_000, description="Largest picture that is decoded, megapixels."
    )
    max_file_mb: int = Field(
        2_048, ge=1, le=1_000_000, description="Largest picture file, megabytes."
    )
    max_pages: int = Field(5_000, ge=1, le=1_000_000, description="Most pages taken from one file.")
    thumb_cache_mb: int = Field(
        2_048, ge=16, le=10_000_000, description="Disk for thumbnails, megabytes."
    )
    pixel_cache_mb: int = Field(
        8_192, ge=0, le=10_000_000, description="Disk for pictures trainings decoded, megabytes."
    )
    explain_cache_mb: int = Field(
        256, ge=1, le=10_000_000, description="Disk for explanations, megabytes."
    )
    model_cache_mb: int = Field(
        2_048, ge=16, le=10_000_000, description="Memory for loaded models, megabytes."
    )
    model_idle_s: float = Field(
        300.0, ge=1, description="A model that nobody asked for so long is unloaded, seconds."
    )
    assist_engine: str = Field("auto", description="What helps to draw. auto: the built-in one.")
    assist_memory_mb: int = Field(
        512, ge=1, le=10_000_000, description="Memory for encoded pictures of assists, megabytes."
    )
    assist_disk_mb: int = Field(
        2_048, ge=1, le=10_000_000, description="Disk for encoded pictures of assists, megabytes."
    )
    assist_slots: int = Field(
        3, ge=1, le=3, description="Pictures encoded ahead: 1 current, 2 next too, 3 previous too."
    )
    assist_timeout_s: float = Field(
        60.0, gt=0, le=3_600, description="Longest that a segmenter may take to answer, seconds."
    )
    model_hub_url: str = Field(
        "",
        max_length=1_000,
        description="Mirror that `models pull` fetches from. Empty: the publishers' own places.",
    )
    update_url: str = Field(
        "",
        max_length=1_000,
        description="Manifest that `update check` reads, an https address. Empty: none.",
    )
    update_skip: tuple[str, ...] = Field(
        (), description="Paths of the program that an update leaves alone, as docs/*."
    )
    predict_threads: int = Field(
        0, ge=0, le=1_024, description="Predictions at once. 0: one per core."
    )
    predict_queue: int = Field(
        64,
        ge=1,
        le=100_000,
        description="Predictions that may wait; more are refused with status 429.",
    )
    job_threads: int = Field(0, ge=0, le=1_024, description="Threads of a job. 0: cores - 1.")
    heavy_jobs: int = Field(1, ge=1, le=64, description="Trainings and other heavy jobs at once.")

    def worker_threads(self) -> int:
        """Return how many threads a job may use."""
        return self.job_threads or max(1, (os.cpu_count() or 2) - 1)

    def serving_threads(self) -> int:
        """Return how many predictions may run at once."""
        return self.predict_threads or (os.cpu_count() or 1)

    @staticmethod
    def project_keys() -> tuple[str, ...]:
        """Return the settings that project.json may set."""
        return tuple(
            name
            for name, field in Settings.model_fields.items()
            if field.json_schema_extra == PROJECT
        )


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings and, for each, where its value came from."""

    settings: Settings
    origins: dict[str, str]
    """Name to flag, environment, .env, project.json, settings.json or default."""


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
    layers: list[tuple[str, dict[str, Any]]] = []
    if workspace is not None:
        layers.append(("settings.json", _file(workspace / "settings.json")))
    if project_dir is not None:
        layers.append(("project.json", _project_file(project_dir / "project.json")))
    layers.append((".env", _variables(_dotenv())))
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


def _dotenv() -> dict[str, str]:
    path = Path(".env")
    if not path.is_file():
        return {}
    try:
        return {key: one for key, one in dotenv_values(path).items() if one}
    except UnicodeDecodeError as error:
        raise InvalidInputError(f".env cannot be read: {error}", hint="save it as UTF-8") from error


def _variables(environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {
        ALIASES[key]: one for key, one in environ.items() if key in ALIASES and one
    }
    plain = str(values.get("database_url", ""))
    if plain and "://" not in plain:  # a path of theirs is relative to where one stands
        values["database_url"] = str(Path(plain).expanduser().absolute())
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
