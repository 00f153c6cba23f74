"""A model's card for people: what it is, what it learned from, how good it is, where it is weak.

The headings follow Mitchell et al. 2019, "Model Cards for Model Reporting".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FEW: Final = 30
"""Judged pictures below which a figure is a hint at best."""
WEAK: Final = 0.5
WORST: Final = 5
SHOWN_KEYS: Final = (
    "preset", "task", "epochs", "batch_size", "image_size", "resize", "seed", "model.name",
    "model.weights", "optimizer.name", "optimizer.lr", "optimizer.weight_decay", "schedule.name",
    "ema", "loss.name", "loss.class_weights", "loss.label_smoothing", "augment.mixup",
)  # fmt: skip


def limits_of(evaluation: Mapping[str, Any] | None, report: Mapping[str, Any]) -> list[str]:
    """Return what a person should not expect of a model, a sentence each."""
    judged = "Nothing was held out: how good it is on other pictures is not known."
    out = [judged] if evaluation is None else _limits_of_figures(evaluation)
    train = report.get("class_counts", {}).get("train", {})
    few = [name for name, count in train.items() if count < 10]  # noqa: PLR2004
    if few:
        out.append(f"Fewer than 10 training pictures of: {', '.join(few[:WORST])}.")
    counts = report.get("counts", {})
    if counts and "val" not in counts:
        out.append("There were no val pictures: its probabilities are not calibrated.")
    out.append("It knows only these classes, and answers with one of them for any picture at all.")
    return out


def _limits_of_figures(evaluation: Mapping[str, Any]) -> list[str]:
    out: list[str] = []
    if evaluation["split"] == "train":
        out.append("Its figures are on the very pictures it learned from: expect less.")
    if evaluation["split"] == "val":
        out.append("Its figures are on the pictures that chose the best epoch: a little high.")
    if evaluation["images"] < FEW:
        out.append(f"Only {evaluation['images']} pictures judged it: the figures are a hint.")
    weak = [one for one in evaluation["per_class"] if one["support"] and (one["f1"] or 0) < WEAK]
    if weak:
        names = ", ".join(one["name"] for one in weak[:WORST])
        out.append(f"It is weak (F1 below {WEAK}) on: {names}.")
    unseen = [one["name"] for one in evaluation["per_class"] if not one["support"]]
    if unseen:
        out.append(f"No judged picture shows: {', '.join(unseen[:WORST])}.")
    worse = [one for one in evaluation["slices"] if one["worse"]]
    return out + [
        f"It is surely worse where {one['kind']} is {one['name']}: "
        f"{_percent(one['accuracy'])} against {_percent(one['rest'])} elsewhere."
        for one in worse[:WORST]
    ]


def as_markdown(card: Mapping[str, Any]) -> str:
    """Return a model's card, as `app.model_cards` makes it, in Markdown."""
    model, evaluation = card["model"], card["evaluation"]
    parts = [f"# {model['name']}", _about(model), "## What it learned from", _data(card["data"])]
    parts += _form(card.get("form"))
    parts += ["## How good it is", _figures(evaluation)]
    if evaluation is not None:
        parts += ["### By class", _classes(evaluation["per_class"])]
        parts += ["### Where it is worse", _slices(evaluation["slices"])]
        parts += ["### How much its probabilities can be trusted", _calibration(evaluation)]
    parts += ["## Limits", "\n".join(f"- {one}" for one in card["limits"])]
    parts += ["## How it was trained", _spec(card["spec"])]
    parts += ["## Preparing a picture", _table(("setting", "value"), model["preprocess"].items())]
    parts += ["## Licence", model["licence"] or "None is noted. The weights are yours."]
    return "\n\n".join(one for one in parts if one) + "\n"


def _about(model: Mapping[str, Any]) -> str:
    rows = [
        ("id", model["id"]),
        ("network", model["network"]),
        ("task", model["task"]),
        ("classes", ", ".join(model["classes"])),
        ("made", model["created_at"]),
        ("weights", f"`{model['file']}`, BLAKE3 `{model['blake3']}`"),
        ("project, run", f"{model['project'] or '-'}, {model['run'] or '-'}"),
    ]
    return _table(("", ""), rows)


def form_of(model: Mapping[str, Any], origin: str) -> dict[str, Any]:
    """Return what an exported form says of itself beside the model that it was made from."""
    judged = dict(model["report"].get("judged") or {})
    keys = ("split", "images", "before", "after", "change", "agreement")
    return {
        "origin": origin,
        "format": model["format"],
        "precision": model["precision"],
        "forced": model["forced"],
        "judged": {key: judged[key] for key in keys if key in judged} or None,
    }


def _form(form: Mapping[str, Any] | None) -> list[str]:
    """Return the part about an exported form: what it lost on the way."""
    if form is None:
        return []
    said = f"It is {form['origin']} as {form['format']}, its weights held as {form['precision']}."
    if form["forced"]:
        said += " **It was kept although it lost more than the limit.**"
    judged = form["judged"]
    if judged is None:
        return ["## This form", f"{said} It was not judged: how much it lost is not known."]
    rows = [
        (
            name,
            _percent(judged["before"][key]),
            _percent(judged["after"][key]),
            "{points:+.2f} ({low:+.2f} to {high:+.2f})".format_map(judged["change"][key]),
        )
        for name, key in (("accuracy", "top1"), ("macro F1", "macro_f1"))
    ]
    head = ("figure", form["origin"], "this form", "change, points, 95 %")
    said += (
        f" Both were asked about {judged['images']} pictures ({judged['split']}); "
        f"{_percent(judged['agreement'])} of the answers agree. What follows is "
        f"{form['origin']}'s."
    )
    return ["## This form", f"{said}\n\n{_table(head, rows)}"]


def _data(data: Mapping[str, Any]) -> str:
    if not data["counts"]:
        return "It was not trained here: nothing is known of its pictures."
    splits = list(data["counts"])
    names = list(dict.fromkeys(name for one in data["class_counts"].values() for name in one))
    rows = [
        (name, *(data["class_counts"].get(split, {}).get(name, 0) for split in splits))
        for name in names
    ]
    total = ("all", *(data["counts"][split] for split in splits))
    text = _table(("class", *splits), [*rows, total])
    if data["unreadable"]:
        text += f"\n\n{data['unreadable']} pictures could not be read and were left out."
    return f"{text}\n\nThe list of pictures has the hash `{data['key']}`."


def _figures(evaluation: Mapping[str, Any] | None) -> str:
    if evaluation is None:
        return "No picture judged it."
    rows = [
        (name, _percent(one["value"]), f"{_percent(one['low'])} to {_percent(one['high'])}")
        for name, one in evaluation["figures"].items()
    ]
    rows += [(f"top {one['k']}", _percent(one["accuracy"]), "") for one in evaluation["top"]]
    head = f"On {evaluation['images']} pictures of the {evaluation['split']} split."
    return f"{head}\n\n{_table(('figure', 'value', '95 % interval'), rows)}"


def _classes(rows: Sequence[Mapping[str, Any]]) -> str:
    return _table(
        ("class", "pictures", "precision", "recall", "recall, 95 %", "F1"),
        (
            (
                one["name"],
                one["support"],
                _percent(one["precision"]),
                _percent(one["recall"]),
                f"{_percent(one['recall_low'])} to {_percent(one['recall_high'])}",
                _percent(one["f1"]),
            )
            for one in rows
        ),
    )


def _slices(rows: Sequence[Mapping[str, Any]]) -> str:
    worse = [one for one in rows if one["worse"]]
    if not worse:
        return "No slice (size, shape, light, folder, tag) is surely worse than the rest."
    return _table(
        ("slice", "pictures", "accuracy", "elsewhere", "p"),
        (
            (
                f"{one['kind']}: {one['name']}",
                one["images"],
                _percent(one["accuracy"]),
                _percent(one["rest"]),
                f"{one['p']:.2g}",
            )
            for one in worse
        ),
    )


def _calibration(evaluation: Mapping[str, Any]) -> str:
    found = evaluation["calibration"]
    return (
        f"Expected calibration error {found['ece']:.3f} at temperature {found['temperature']:.3g} "
        f"({found['ece_before']:.3f} without it). An export applies the temperature."
    )


def _spec(spec: Mapping[str, Any] | None) -> str:
    if spec is None:
        return "Not here."
    rows = [(key, f"`{_at(spec, key)}`") for key in SHOWN_KEYS if _at(spec, key) not in {None, ""}]
    return _table(("setting", "value"), rows) + "\n\nThe whole spec lies in the run's spec.json."


def _at(values: Mapping[str, Any], key: str) -> Any:
    found: Any = values
    for name in key.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value * 100:.1f} %"


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(one) for one in row)} |" for row in lines)


def _cell(value: Any) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")
