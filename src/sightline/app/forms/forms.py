"""Exported forms of models: made, judged, refused or kept as models of their own."""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.app.forms import sets
from sightline.app.forms.made import Made, hashes
from sightline.app.forms.outside import check_free, write_outside
from sightline.app.forms.work import Work
from sightline.core.errors import AccuracyLossError, InvalidInputError, SightlineError
from sightline.core.progress import Silent
from sightline.export.onnx import export_net, load_net
from sightline.predict.session import open_net
from sightline.store.models import ONNX_FILE, storing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.app.forms.wish import FormWish
    from sightline.app.models.models import Models
    from sightline.app.runs.book import RunBook
    from sightline.core.cards import ModelCard
    from sightline.core.progress import Progress
    from sightline.settings import Settings
    from sightline.store.model_plan import CardFields
    from sightline.store.store import Store

PLAIN_REPORT: Final = "onnx-report.json"
"""Beside model.onnx: what is told of the float32 ONNX file of a model."""


class Forms:
    """What models become for those who run them."""

    def __init__(self, store: Store, settings: Settings, models: Models, book: RunBook) -> None:
        self._store = store
        self._settings = settings
        self._models = models
        self._book = book

    def all(self, ref: str) -> list[dict[str, Any]]:
        """Return the exported forms of a model, newest first, each with its report.

        The float32 ONNX file beside its source is among them; its `model` is the source's own.
        """
        card = self._store.models.get(ref, allow_paths=False)
        found = [
            _row(record.card, record.bytes)
            for record in self._store.models.list()
            if record.card is not None and record.card.origin == card.id
        ]
        folder = self._store.models.path_of(card).parent
        if card.format != "onnx" and (folder / ONNX_FILE).is_file():
            found.append(_plain_row(card, folder))
        return found

    def export(
        self, ref: str, wish: FormWish, *, progress: Progress | None = None
    ) -> dict[str, Any]:
        """Make a form of a model, judge it, and keep it unless it loses too much.

        Plain float32 ONNX lies beside its source; every other form is a model of its own.

        Raises:
            AccuracyLossError: It loses more than the limit; nothing was written.
            ParityError: A float32 form answers differently; nothing was written.
            InvalidInputError: It cannot be made, or nothing says how good it is.
            ConflictError: Something else is where it should be written.
            CancelledError: Somebody asked it to stop; nothing was written.
        """
        told = progress or Silent()
        card, target = self._store.models.get(ref), wish.target() if wish.form else None
        if card.kind != "classifier":
            return self._other(card, ref, wish, told)
        _refuse(card, wish)
        if target is not None:
            check_free(target, file=wish.form == "onnx")
        with self._scratch() as folder:
            work, parity = self._begin(card, wish, folder, told)
            from sightline.app.forms.making import make, marked

            made = make(work)
            about = {"origin": card.id, "origin_name": card.name, "run": card.run}
            report = about | {"parity": parity} | made.report
            made = replace(made, report=report)
            if _gate(card, made, work.limit, force=wish.force):
                made = marked(made)
            report["files"] = [hashes(one, one.name) for one in made.files]
            report["size"] = self._sizes(card, report["files"])
            return self._keep(card, made, target)

    def _begin(
        self, card: ModelCard, wish: FormWish, folder: Path, progress: Progress
    ) -> tuple[Work, dict[str, Any]]:
        """Return the work with its float graph, and how that compares with its source."""
        net, probes = None, self._models.probes(card)
        graph, parity = self._store.models.path_of(card), {}
        if card.format == "torch":
            net, graph = load_net(card, graph), folder / ONNX_FILE
            found = export_net(
                net, card, graph, serve=open_net, samples=probes, progress=progress
            ).to_dict()
            parity = {"max_abs": found["parity_max_abs"], "probes": found["probes"]}
        limit = self._settings.export_max_drop if wish.max_drop is None else wish.max_drop
        work = Work(
            card=card,
            wish=wish,
            folder=folder,
            graph=graph,
            net=net,
            sets=self._sets(card, wish),
            probes=probes,
            limit=limit,
            progress=progress,
        )
        return work, parity

    def _sets(self, card: ModelCard, wish: FormWish) -> sets.Sets | None:
        """Return labelled pictures; None where there are none and none were named."""
        run_dir = None
        with suppress(SightlineError):
            run_dir = self._book.folder(card.run) if card.run else None
        if wish.data:
            return sets.of_folder(Path(wish.data), card, run_dir)
        if wish.project:
            project = self._store.projects.get(wish.project)
        elif (found := self._store.projects.find(card.project)) is None or not card.project:
            return None
        else:
            project = found
        try:
            return sets.of_project(self._store, project, card, run_dir)
        except InvalidInputError:
            if wish.project or wish.quantize == "int8":
                raise
            return None

    def _other(
        self, card: ModelCard, ref: str, wish: FormWish, progress: Progress
    ) -> dict[str, Any]:
        """Export what is no classifier: an encoder that was trained here, a segmenter."""
        if not wish.plain:
            raise InvalidInputError(
                f"{card.name} is a {card.kind}: it is exported as float32 ONNX only",
                hint="leave --format and --quantize away",
            )
        out = Path(wish.out) if wish.out else None
        return self._models.export(ref, out=out, progress=progress)

    def _keep(self, card: ModelCard, made: Made, target: Path | None) -> dict[str, Any]:
        told = {
            "parity_max_abs": made.report["parity"].get("max_abs"),
            "probes": made.report["parity"].get("probes"),
            "bytes": made.report["size"]["bytes"],
            "forced": made.card.forced,
            "report": made.report,
        }
        if target is not None:
            return told | {"path": str(write_outside(made, target))}
        if made.card.id == card.id and not made.card.origin:
            file = self._store.models.attach(card, ONNX_FILE, made.file.read_bytes())
            self._store.models.attach(card, PLAIN_REPORT, json.dumps(made.report).encode())
            self._models.tell(card.id, "exported")
            return told | {"path": str(file)}
        kept = self._store.models.add(made.file, extras=made.extras, **_fields(made))
        self._models.tell(card.id, "exported")
        self._models.tell(kept.id, "added")
        path = str(self._store.models.path_of(kept))
        return told | {"path": path, "model": kept.id, "name": kept.name}

    def _sizes(self, card: ModelCard, files: list[dict[str, Any]]) -> dict[str, int]:
        source = self._store.models.path_of(card)
        return {
            "bytes": sum(one["bytes"] for one in files if _is_weights(one["name"])),
            "origin_bytes": source.stat().st_size if source.is_file() else 0,
        }

    @contextmanager
    def _scratch(self) -> Iterator[Path]:
        root = self._store.models.root
        with storing():
            root.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(prefix=".adding-export-", dir=root))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _is_weights(name: str) -> bool:
    return not name.endswith(".json")


def _refuse(card: ModelCard, wish: FormWish) -> None:
    """Refuse what is a form already, or cannot become the form.

    Raises:
        InvalidInputError: It is so.
    """
    if card.origin:
        raise InvalidInputError(
            f"{card.name} is an exported form of {card.origin}", hint="export that one"
        )
    if card.format not in {"torch", "onnx"}:
        raise InvalidInputError(
            f"{card.name} lies as {card.format}", hint="only torch and ONNX models are exported"
        )
    if card.format == "onnx" and wish.plain:
        raise InvalidInputError(
            f"{card.name} is an ONNX file already", hint="say --quantize int8, or --format openvino"
        )
    if card.format == "onnx" and wish.form == "torchscript":
        raise InvalidInputError(
            f"{card.name} is an ONNX file, which does not become TorchScript",
            hint="export the network that it was made from",
        )


def _gate(card: ModelCard, made: Made, limit: float, *, force: bool) -> bool:
    """Return whether the form is kept only because somebody insists.

    Raises:
        AccuracyLossError: It loses more than the limit.
        InvalidInputError: It is quantised and nothing says what it loses.
    """
    judged = made.report["judged"]
    if judged is None:
        if made.card.precision == "float32":
            return False
        if not force:
            raise InvalidInputError(
                f"there are no labelled pictures to judge {made.card.name} by",
                hint="label some in the val split, say --data DIR with a folder for each class, "
                "or --force to keep it unjudged",
            )
        return True
    lost = judged["lost"]
    if lost <= limit:
        return False
    if not force:
        raise AccuracyLossError(
            f"{made.card.name} would lose {lost:.2f} points of {judged['figure']} on "
            f"{judged['images']} pictures; {limit:g} are allowed",
            report=made.report,
            hint=f"nothing was written: calibrate on more pictures, allow more with --max-drop, "
            f"or keep it marked with --force; {card.name} itself is as it was",
        )
    return True


def _fields(made: Made) -> CardFields:
    """Return what the card of a kept form says."""
    card, judged = made.card, made.report["judged"]
    metrics: dict[str, Any] = {}
    if judged is not None:
        metrics = {
            "accuracy": judged["after"]["top1"],
            "macro_f1": judged["after"]["macro_f1"],
            "accuracy_split": judged["split"],
        }
    return {
        "name": card.name,
        "kind": card.kind,
        "format": card.format,
        "preprocess": card.preprocess,
        "network": card.network,
        "classes": card.classes,
        "class_ids": card.class_ids,
        "task": card.task,
        "temperature": card.temperature,
        "thresholds": card.thresholds,
        "outputs": card.outputs,
        "project": card.project,
        "metrics": metrics,
        "licence": card.licence,
        "source": f"exported from {card.origin}",
        "dim": card.dim,
        "origin": card.origin,
        "precision": card.precision,
        "report": made.report,
        "forced": card.forced,
    }


def _row(card: ModelCard, size: int) -> dict[str, Any]:
    return {
        "model": card.id,
        "name": card.name,
        "format": card.format,
        "precision": card.precision,
        "bytes": size,
        "created_at": card.created_at,
        "forced": card.forced,
        "report": card.report,
    }


def _plain_row(card: ModelCard, folder: Path) -> dict[str, Any]:
    report: dict[str, Any] = {}
    with suppress(OSError, ValueError):
        report = dict(json.loads((folder / PLAIN_REPORT).read_text("utf-8")))
    plain = replace(card, format="onnx", report=report, precision="float32")
    return _row(plain, (folder / ONNX_FILE).stat().st_size)
