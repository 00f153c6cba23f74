"""Specs from files, flags and the API: read, merged, checked, with errors that name the key."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ValidationError

from sightline.core.errors import InvalidInputError, did_you_mean
from sightline.nets.table import spec_of
from sightline.train.migrate import migrate
from sightline.train.spec import TrainSpec, flat

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

NUMBER: Final = re.compile(r"[-+]?(\d[\d_]*)(\.\d*)?([eE][-+]?\d+)|[-+]?\.\d+([eE][-+]?\d+)?")
MAX_BYTES: Final = 1 << 20
Format = Literal["json", "yaml"]
FORMATS: Final[dict[str, Format]] = {
    ".json": "json", ".json5": "json", ".jsonc": "json", ".yaml": "yaml", ".yml": "yaml",
}  # fmt: skip


def load_spec(
    path: Path | None = None, overrides: Iterable[str] = (), *, base: TrainSpec | None = None
) -> TrainSpec:
    """Return the spec of a file, changed by overrides, over a base.

    Args:
        path: JSON (comments allowed) or YAML; keys it leaves out come from `base`.
        overrides: "a.b=value"; the value is a YAML scalar or list.
        base: Default: TrainSpec().

    Raises:
        InvalidInputError: The file or a setting is not valid; the message names the key.
    """
    values = read_values(path) if path else {}
    return build_spec(apply_overrides(values, overrides), base=base)


def read_values(path: Path) -> dict[str, Any]:
    """Return the settings that a JSON or YAML file holds, unchecked.

    Raises:
        InvalidInputError: No such file, neither JSON nor YAML, or not a group of settings.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InvalidInputError(f"{path} is too large for a spec", hint="at most 1 MB")
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"cannot read {path}: {error}", hint="check the path") from error
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise InvalidInputError(f"{path.name} is no spec", hint="use .json, .yaml or .yml")
    return parse_values(text, kind, source=str(path))


def parse_values(text: str, kind: Format, *, source: str = "the text") -> dict[str, Any]:
    """Return the settings that a text holds, unchecked; `source` names it in messages.

    Raises:
        InvalidInputError: It is not of that kind, or not a group of settings.
    """
    values = _json(text, source) if kind == "json" else _yaml(text, source)
    if values is None:
        return {}
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise InvalidInputError(f"{source} holds no settings", hint="write: epochs: 8")
    return values


def dump_values(values: Mapping[str, Any], kind: Format) -> str:
    """Return settings as a text that `parse_values` reads to the same."""
    if kind == "json":
        return json.dumps(values, indent=2, ensure_ascii=False) + "\n"
    import yaml

    text: str = yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True)
    return text


def apply_overrides(values: Mapping[str, Any], overrides: Iterable[str]) -> dict[str, Any]:
    """Return the settings with each "a.b=value" put in.

    Raises:
        InvalidInputError: An override has no "=", no key, or goes through a value.
    """
    out = _copy(values)
    for text in overrides:
        key, equals, raw = text.partition("=")
        names = [name.strip() for name in key.split(".")]
        if not equals or not all(names):
            raise InvalidInputError(f"{text!r} sets nothing", hint="write key=value, as epochs=8")
        group = out
        for name in names[:-1]:
            below = group.setdefault(name, {})
            if not isinstance(below, dict):
                raise InvalidInputError(f"{name} in {text!r} is no group", hint="see the spec")
            group = below
        group[names[-1]] = _yaml(raw, text) if raw.strip() else ""
    return out


def build_spec(values: Mapping[str, Any], *, base: TrainSpec | None = None) -> TrainSpec:
    """Return a checked spec of nested settings over a base.

    Raises:
        InvalidInputError: A key is unknown (the nearest is named), or a value is not allowed.
    """
    merged = _merge((base or TrainSpec()).model_dump(), migrate(values))
    name = merged.get("model", {}).get("name") if isinstance(merged.get("model"), dict) else None
    if isinstance(name, str):
        spec_of(name)
    try:
        return TrainSpec.model_validate(merged)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        texts = [_explain(one) for one in problems]
        raise InvalidInputError(
            "the spec is not valid: " + "; ".join(text for text, _ in texts),
            hint="; ".join(dict.fromkeys(hint for _, hint in texts if hint)) or "see the schema",
        ) from error


def problems_of(error: InvalidInputError) -> list[dict[str, str]]:
    """Return what `build_spec` found wrong: {"key", "message", "hint"}; "" is no single key."""
    cause = error.__cause__
    if not isinstance(cause, ValidationError):
        return [{"key": "", "message": str(error), "hint": error.hint}]
    found = []
    for one in cause.errors(include_url=False):
        message, hint = _explain(one)
        found.append({"key": ".".join(map(str, one["loc"])), "message": message, "hint": hint})
    return found


def _explain(problem: ErrorDetails) -> tuple[str, str]:
    """Return what is wrong with a key, and what to do."""
    place = problem["loc"]
    key = ".".join(str(part) for part in place)
    if problem["type"] == "extra_forbidden":
        group = _group(place[:-1])
        keys = flat(TrainSpec().model_dump())
        elsewhere = [one for one in keys if one.split(".")[-1] == place[-1]]
        if elsewhere:
            hint = f"did you mean {elsewhere[0]!r}?"
        else:
            hint = did_you_mean(str(place[-1]), group.model_fields if group else ())
        return f"unknown key {key!r}", hint
    message = problem["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    if not place:
        return message, "change one of the two"
    return f"{key} is {problem['input']!r}, but should be {message}", _about(place)


def _about(place: tuple[int | str, ...]) -> str:
    group = _group(place[:-1])
    field = group.model_fields.get(str(place[-1])) if group else None
    return (
        f"{'.'.join(map(str, place))}: {field.description}" if field and field.description else ""
    )


def _group(place: tuple[int | str, ...]) -> type[BaseModel] | None:
    group: type[BaseModel] = TrainSpec
    for part in place:
        field = group.model_fields.get(str(part))
        below = field.annotation if field else None
        if not (isinstance(below, type) and issubclass(below, BaseModel)):
            return None
        group = below
    return group


def _merge(base: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(base)
    for key, value in values.items():
        below = out.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        out[key] = _merge(below, value) if both and below is not None else value
    return out


def _copy(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _copy(one) if isinstance(one, dict) else one for key, one in values.items()}


def _json(text: str, source: str) -> Any:
    import json5

    if not text.strip():
        return None
    with suppress(ValueError):  # a hundred times as fast as what allows comments and says why not
        return json.loads(text, object_pairs_hook=_once)
    try:
        return json5.loads(text, allow_duplicate_keys=False)
    except ValueError as error:
        raise InvalidInputError(f"{source} is not JSON: {error}", hint="mend it there") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key stands twice")
    return values


def _yaml(text: str, source: str) -> Any:
    """Read YAML whose `off` is a word and whose `1e-3` is a number, as in YAML 1.2."""
    import yaml

    try:
        value = yaml.load(text, Loader=_loader())  # noqa: S506 (a SafeLoader)
    except yaml.YAMLError as error:
        raise InvalidInputError(f"{source} is not YAML: {error}", hint="mend it") from error
    return value


def _loader() -> Any:
    import yaml

    class Loader(yaml.SafeLoader):
        yaml_implicit_resolvers = {  # noqa: RUF012
            first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:bool"]
            for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    true_or_false = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")
    Loader.add_implicit_resolver("tag:yaml.org,2002:bool", true_or_false, list("tTfF"))
    number = re.compile(rf"^(?:{NUMBER.pattern})$")
    Loader.add_implicit_resolver("tag:yaml.org,2002:float", number, list("-+0123456789."))
    return Loader
