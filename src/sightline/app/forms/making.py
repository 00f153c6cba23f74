"""The making of each form: a function for each, from work to files with their figures."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.forms import static
from sightline.app.forms.made import Made
from sightline.app.forms.pixels import answers, fitted
from sightline.core.errors import InvalidInputError
from sightline.export import calibration, quantise
from sightline.export.compare import Truth
from sightline.export.openvino import write_openvino
from sightline.export.parity import check_alike, check_parity
from sightline.export.probes import odd_pictures
from sightline.export.torchscript import write_torchscript
from sightline.predict.openers import open_model
from sightline.predict.session import OnnxClassifier, open_classifier
from sightline.store.models import WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sightline.app.forms.sets import Labelled
    from sightline.app.forms.static import Trial
    from sightline.app.forms.work import Judge, Work
    from sightline.core.arrays import U8
    from sightline.core.cards import ModelCard, ModelFormat

CALIBRATION_FILE: Final = "calibration.json"


def make(work: Work) -> Made:
    """Make the form that is wished for, with its report.

    Raises:
        ParityError: A float32 form answers differently.
        InvalidInputError: It cannot be made, or there are too few pictures to calibrate on.
        CancelledError: Somebody asked it to stop.
    """
    return _MAKERS[work.wish.form, work.wish.quantize](work)


def marked(made: Made) -> Made:
    """Return a form that says of itself, in its file too, that it was forced."""
    card = replace(made.card, forced=True)
    if card.format == "onnx" and card.origin:
        quantise.sign(made.file, _carried(card))
    return replace(made, card=card)


def _plain(work: Work) -> Made:
    """The float32 graph was checked when it was written; here it is judged and timed."""
    judge = work.judge(work.reference())
    return _finished(work, judge, Made(replace(work.card, format="onnx"), work.graph))


def _torchscript(work: Work) -> Made:
    card, file = _form(work, "torchscript")
    work.progress.log(f"tracing {work.card.name}")
    write_torchscript(work.net, card, file)
    return _checked(work, card, file, {})


def _openvino(work: Work) -> Made:
    card, file = _form(work, "openvino")
    work.progress.log("converting for OpenVINO")
    beside = write_openvino(work.graph, file)
    return _checked(work, card, file, {beside.name: beside})


def _checked(work: Work, card: ModelCard, file: Path, extras: dict[str, Path]) -> Made:
    """Return a float32 form once it answers as its source does."""
    model: Any = open_model(file, card)
    probes = (*work.probes, *odd_pictures(card.preprocess.size))
    if work.net is None:
        source: Any = work.graph_model()
        found = check_alike(source, card, model, probes, work.progress)
    else:
        found = check_parity(work.net, card, model, probes, work.progress)
    parity = {"max_abs": found.max_abs, "probes": found.probes, "worst": found.worst}
    judge = work.judge(work.reference())
    return _finished(work, judge, Made(card, file, extras, {"parity": parity}))


def _dynamic(work: Work) -> Made:
    card, file = _form(work, "onnx")
    work.progress.log("quantising weights")
    quantise.write_dynamic(work.graph, file, _carried(card))
    judge = work.judge(work.graph_model())
    return _finished(work, judge, Made(card, file))


def _int8(work: Work) -> Made:
    card, file = _form(work, "onnx")
    judge = work.judge(work.graph_model())
    trial, told, extras = _quantised(work, card, judge)
    trial.file.replace(file)
    return _finished(work, judge, Made(card, file, extras, told))


def _openvino_int8(work: Work) -> Made:
    card, file = _form(work, "openvino")
    judge = work.judge(work.graph_model())
    trial, told, extras = _quantised(work, card, judge)
    beside = write_openvino(trial.file, file)
    extras[beside.name] = beside
    return _finished(work, judge, Made(card, file, extras, told))


_MAKERS: Final[dict[tuple[str, str], Callable[[Work], Made]]] = {
    ("onnx", "none"): _plain,
    ("onnx", "dynamic"): _dynamic,
    ("onnx", "int8"): _int8,
    ("torchscript", "none"): _torchscript,
    ("openvino", "none"): _openvino,
    ("openvino", "int8"): _openvino_int8,
}


def _form(work: Work, form: ModelFormat) -> tuple[ModelCard, Path]:
    """Return the card that the form begins with, and where it is written."""
    folder = work.folder / "made"
    folder.mkdir()
    card = replace(
        work.card,
        name=work.wish.name_of(work.card),
        format=form,
        file=WEIGHTS[form],
        precision=work.wish.precision,
        origin=work.card.id,
        outputs=open_classifier(work.graph, work.card).card.outputs,
        run="",
        metrics={},
        files={},
    )
    return card, folder / card.file


def _carried(card: ModelCard) -> ModelCard:
    """Return the card as it goes into the file, under a name of its own."""
    return replace(card, id=f"{card.origin}-{card.precision}"[:80])


def _quantised(
    work: Work, card: ModelCard, judge: Judge | None
) -> tuple[Trial, dict[str, Any], dict[str, Path]]:
    """Return the best int8 graph, what is told of the search, and the list of pictures."""
    model = open_classifier(work.graph, work.card)
    rows, pixels = _calibrating(work, model)
    prepared = quantise.prepare(work.graph, work.folder / "prepared.onnx")
    bits = quantise.weight_bits()
    ground = static.Ground(
        folder=work.folder,
        prepared=prepared,
        feed=model.feed,
        calibration=pixels,
        judged=judge.pixels if judge is not None else pixels[:0],
        truth=judge.truth if judge is not None else Truth("", np.zeros(0, np.int64)),
        before=judge.before if judge is not None else np.zeros((0, len(card.classes)), np.float32),
        card=_carried(card),
        bits=bits,
        limit=work.limit,
    )
    trials = static.search(ground, work.progress)
    chosen = static.best(trials)
    listed = work.folder / CALIBRATION_FILE
    listed.write_text(json.dumps([_listed(one, card) for one in rows], indent=1), "utf-8")
    told = {
        "calibration": {
            "images": len(rows),
            "where": work.sets.where if work.sets is not None else "",
            "per_class": calibration.per_class([one.label for one in rows], card.classes),
            "method": chosen.recipe.method,
            "kept_float": list(chosen.recipe.keep_float),
            "layers": len(quantise.weighted_nodes(prepared)),
            "weight_bits": bits,
            "file": CALIBRATION_FILE,
        },
        "trials": [one.row() for one in trials],
    }
    return chosen, told, {CALIBRATION_FILE: listed}


def _listed(one: Labelled, card: ModelCard) -> dict[str, Any]:
    return {"path": str(one.path), "blake3": one.digest, "class": card.classes[one.label]}


def _calibrating(work: Work, model: OnnxClassifier) -> tuple[list[Labelled], U8]:
    """Choose the pictures to calibrate on and return them, fitted.

    Raises:
        InvalidInputError: There are too few.
    """
    sets = work.sets
    if sets is None:
        raise InvalidInputError(
            f"{work.card.name} has no project here, and int8 is calibrated on labelled pictures",
            hint="say --project NAME, or --data DIR with a folder for each class",
        )
    calibration.check_enough(len(sets.calibration), sets.where)
    labels = np.array([one.label for one in sets.calibration], np.int64)
    some = [sets.calibration[at] for at in calibration.candidates(labels, work.wish.calibration)]
    pixels, kept = fitted(
        some,
        work.card.preprocess,
        work.folder / "calibration.npy",
        work.progress,
        "reading pictures to calibrate on",
    )
    calibration.check_enough(len(kept), sets.where)
    vectors = _vectors(work, model, pixels)
    chosen = calibration.choose(
        np.array([one.label for one in kept], np.int64), vectors, work.wish.calibration
    )
    return [kept[at] for at in chosen], np.asarray(pixels[chosen])


def _vectors(work: Work, model: OnnxClassifier, pixels: U8) -> Any:
    """Return the model's embeddings of pictures, where it gives none its probabilities."""
    rows = []
    for at in range(len(pixels)):
        work.progress.check()
        found = model.answers(np.asarray(pixels[at : at + 1]))
        rows.append(found.get("embedding", found["probabilities"])[0])
        work.progress.advance(at + 1, len(pixels), "choosing pictures to calibrate on")
    return np.stack(rows)


def _tries(trials: list[dict[str, Any]]) -> list[str]:
    """Return a note where the pictures that judge have chosen among several graphs, too."""
    if len(trials) < 2:  # noqa: PLR2004
        return []
    return [
        f"the best of {len(trials)} ways to quantise, chosen on the pictures that judge: expect a "
        "little more loss on others"
    ]


def _finished(
    work: Work,
    judge: Judge | None,
    made: Made,
) -> Made:
    """Return a form judged and timed, with its report whole."""
    after = None
    if judge is not None:
        model = open_model(made.file, made.card)
        after = answers(model, judge.pixels, work.progress, "judging the form")
    report = {
        "format": made.card.format,
        "precision": made.card.precision,
        "judged": work.judged(judge, after),
        "latency": work.timed(made.file, made.card),
        **made.report,
        "notes": [*work.notes(judge), *_tries(made.report.get("trials", []))],
    }
    return replace(made, report=report)
