"""Settings of a training as somebody writes them: completed, or told what to mend, key by key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.app.training.training import Training
    from sightline.store.projects import Project
    from sightline.train.spec_io import Format

Mode = Literal["new", "resume", "finetune"]


def read_text(text: str, kind: Format) -> dict[str, Any]:
    """Return the settings of a text, unchecked.

    Raises:
        InvalidInputError: It is not JSON or YAML, or holds no settings.
    """
    from sightline.train.spec_io import parse_values

    return parse_values(text, kind)


def check(
    training: Training,
    project: Project,
    asked: dict[str, Any] | str,
    *,
    kind: Format = "json",
    mode: Mode = "new",
    parent: str | None = None,
    allowed: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any]:
    """Return the whole spec that a start would take, or what is wrong with what is asked for.

    `allowed` may refuse what is asked for by an error of its own, which is passed on.

    Returns:
        spec: complete, or None.
        text: the same in the format asked for; "" without a spec.
        problems: {"key", "message", "hint"} each; an empty key concerns no single setting.
        moved: {"from", "to"} each key that an older version had elsewhere.
    """
    from sightline.train.migrate import moved_keys
    from sightline.train.spec_io import dump_values

    moved: list[dict[str, str]] = []
    try:
        values = read_text(asked, kind) if isinstance(asked, str) else asked
        if allowed is not None:
            allowed(values)
        moved = moved_keys(values)
        spec = training.planned(project, values, mode=mode, parent=parent)
    except InvalidInputError as error:
        return {"spec": None, "text": "", "problems": _problems(error), "moved": moved}
    found = _refused(training, project, spec, parent) if mode == "resume" else []
    text = "" if found else dump_values(spec, kind)
    return {"spec": None if found else spec, "text": text, "problems": found, "moved": moved}


def _problems(error: InvalidInputError) -> list[dict[str, str]]:
    from sightline.train.spec_io import problems_of

    found = problems_of(error)
    for one in found:
        if not one["key"] and one["message"].startswith("no network"):
            one["key"] = "model.name"
    return found


def _refused(
    training: Training, project: Project, spec: dict[str, Any], parent: str | None
) -> list[dict[str, str]]:
    """Return the settings that a run cannot change while it goes on."""
    from sightline.train.migrate import saved_spec
    from sightline.train.spec import RESUMABLE, changed_keys

    before = saved_spec(training.found(project, parent).spec)
    return [
        {
            "key": key,
            "message": f"a resumed run cannot change {key}",
            "hint": f"only {', '.join(RESUMABLE)} may change; else fine-tune from it",
        }
        for key in changed_keys(before, saved_spec(spec))
        if key.split(".")[0] not in RESUMABLE
    ]
