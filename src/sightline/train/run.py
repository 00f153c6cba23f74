"""One training, from a spec and pictures to checked weights and a report."""

from __future__ import annotations

import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sightline.core.errors import InvalidInputError, StorageError
from sightline.core.files import write_json
from sightline.core.progress import Silent
from sightline.train import report
from sightline.train.balance import class_weight, picture_weights
from sightline.train.checkpoint import best_path
from sightline.train.memory import keep_freed_memory, room
from sightline.train.start import (
    SPLITS,
    Mode,
    Start,
    class_text,
    positions,
    preprocess_of,
    start,
)
from sightline.train.targets import tag_targets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import torch

    from sightline.core.arrays import I64
    from sightline.core.preprocess import Preprocess
    from sightline.core.progress import Progress
    from sightline.core.samples import SampleSet, Split
    from sightline.train.board import Board
    from sightline.train.cache import PixelCache
    from sightline.train.data import Pixels
    from sightline.train.loader import Load
    from sightline.train.loop import Training
    from sightline.train.spec import TrainSpec
    from sightline.train.spec_loss import Task
    from sightline.train.track import Trackers


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainResult:
    """What a training made; the caller makes a model of it."""

    epochs: int
    """Finished epochs; fewer than asked for after an early stop."""
    best_epoch: int
    """From 1."""
    metrics: dict[str, Any]
    """accuracy is that of accuracy_split: test, else val, else train."""
    weights_path: Path
    """The best weights, averaged where the spec says so."""
    network: str
    preprocess: Preprocess
    classes: tuple[str, ...]
    temperature: float
    thresholds: tuple[float, ...]
    """From which probability on a tag counts as there; none but of tags."""
    task: Task
    seconds: float
    """Of training, over all sessions of the run."""
    notes: tuple[str, ...]


def train(
    spec: TrainSpec,
    samples: SampleSet,
    run_dir: Path,
    *,
    mode: Mode = "new",
    parent: Path | None = None,
    progress: Progress | None = None,
    run_id: int | str = 0,
    load: Load | None = None,
    cache: PixelCache | None = None,
) -> TrainResult:
    """Train a network and report on it.

    Args:
        spec: All settings; `model.weights` is "random", a file, or a model's or run's folder.
        samples: Labelled pictures; for a resumed run those that `manifest.load` gives.
        run_dir: The run's own folder. Written: spec.json, samples.json, events.jsonl,
            checkpoints/{last,best}.safetensors, report.json, predictions.npz.
        mode: new; resume (from `last`, bit for bit on a CPU); finetune (the parent's best
            weights, everything else as new).
        parent: For finetune: a run's or a model's folder, or a file. It is only read.
        progress: Hears of metrics, may ask to stop.
        run_id: Named in the metrics.
        load: Reads a sample as (size, size, 3) uint8; default: the file, by the spec's rule.
        cache: Where decoded pictures are kept for later epochs and runs; not used with `load`.

    Raises:
        InvalidInputError, ConflictError, MissingWeightsError, MissingExtraError: Before any work;
            the first also when the loss stops being a number.
        CancelledError: Somebody asked to stop; the run can be resumed.
        OutOfMemoryError: Not even one picture fits.
        StorageError: The disk refuses.
    """
    from sightline.train.board import Board
    from sightline.train.load import LoadWatch
    from sightline.train.loop import fit
    from sightline.train.ranks import threads_of, world_of
    from sightline.train.track import open_trackers

    if load is not None and spec.processes > 1:
        raise InvalidInputError("several processes read files only", hint="set processes to 1")
    progress = progress or Silent()
    keep_freed_memory()
    begun = start(spec, samples, run_dir, mode=mode, parent=parent)
    spec = begun.spec
    if spec.threads or spec.processes > 1:
        import torch

        usual = torch.get_num_threads()
        torch.set_num_threads(threads_of(spec.processes, spec.threads, usual))
    for note in begun.notes:
        progress.log(note)
    pixels = pixels_of(spec, samples, load=load, cache=cache)
    where = positions(samples)
    trackers = open_trackers(spec, run_dir, step=begun.place.step, say=progress.log)
    with (
        closing(pixels),
        trackers,
        closing(Board(run_dir, run_id, progress, trackers)) as board,
        LoadWatch(board),
    ):
        pixels.check(where["train"])
        training = assemble(
            spec,
            samples,
            run_dir,
            begun=begun,
            pixels=pixels,
            where=where,
            board=board,
            progress=progress,
        )
        with storing(run_dir):
            write_json(run_dir / "spec.json", training.spec.model_dump(mode="json"))
        if mode == "resume":
            board.fact("resumed", step=begun.place.step, epoch=begun.place.epoch)
        with world_of(training, mode=mode, parent=parent, cache=cache) as training.world:
            fit(training)
        return _finish(training, samples, where, begun, trackers)


def pixels_of(
    spec: TrainSpec,
    samples: SampleSet,
    *,
    load: Load | None = None,
    cache: PixelCache | None = None,
) -> Pixels:
    """Return the pictures as a spec wants them read; close it at the end."""
    from sightline.train.data import Pixels

    return Pixels(
        samples.samples,
        preprocess_of(spec),
        workers=spec.loader.workers,
        ahead=spec.loader.ahead,
        memory_mb=min(spec.loader.memory_mb, int(spec.memory.ceiling * room()) >> 21)
        // spec.processes,
        load=load,
        targets=tag_targets(samples) if samples.task == "multi" else None,
        cache=cache if spec.loader.cache else None,
    )


def assemble(
    spec: TrainSpec,
    samples: SampleSet,
    run_dir: Path,
    *,
    begun: Start,
    pixels: Pixels,
    where: dict[Split, I64],
    board: Board,
    progress: Progress,
) -> Training:
    """Return all that the loop works with."""
    from sightline.train.augment import Augmenter
    from sightline.train.loop import Training
    from sightline.train.machine import suit
    from sightline.train.objective import objective_of

    rule = preprocess_of(spec)
    augmenter = Augmenter(spec.augment, rule, seed=spec.seed, device=begun.device)
    objective = objective_of(spec, _weight(spec, samples, begun.device))
    machine = suit(spec, begun, objective, augmenter, truth=pixels.truth(where["train"]))
    for note in machine.notes:
        progress.log(note)
    return Training(
        spec=machine.spec,
        parts=begun.parts,
        place=begun.place,
        pixels=pixels,
        train=where["train"],
        val=where["val"],
        augmenter=augmenter,
        machine=machine,
        board=board,
        progress=progress,
        run_dir=run_dir,
        about=begun.about | {"spec": machine.spec.model_dump(mode="json")},
        card={"network": spec.model.name, "classes": class_text(samples.classes)},
        judge=report.judge_of(spec, len(samples.classes)),
        notes=[*begun.notes, *machine.notes],
        weights=picture_weights(samples)[where["train"]] if spec.sampling == "balanced" else None,
    )


@contextmanager
def storing(folder: Path) -> Iterator[None]:
    """Name the folder when the disk refuses.

    Raises:
        StorageError: It does.
    """
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"cannot write to {folder}: {error.strerror or error}",
            hint="free some space, then resume the run",
        ) from error


def _weight(spec: TrainSpec, samples: SampleSet, device: torch.device) -> torch.Tensor | None:
    import torch

    found = class_weight(spec, samples)
    return None if found is None else torch.from_numpy(found).to(device)


def _finish(
    t: Training,
    samples: SampleSet,
    where: dict[Split, I64],
    begun: Start,
    trackers: Trackers,
) -> TrainResult:
    """Evaluate the best weights and write the report."""
    from sightline.nets.weights import apply_state, load_state

    started = time.perf_counter()
    net = t.parts.answering
    apply_state(net, load_state(best_path(t.run_dir))[0])
    answers = report.answer(
        net,
        t.pixels,
        samples.samples,
        where,
        augmenter=t.augmenter,
        batch=t.splitter.size,
        judge=t.judge,
    )
    findings = t.judge.judge(answers, samples.classes)
    notes = [*t.notes, *t.machine.troubles(), *t.pixels.notes, *trackers.notes]
    if t.pixels.unreadable:
        notes.append(f"{len(t.pixels.unreadable)} pictures could not be read: they were left out")
    if t.place.skipped:
        notes.append(f"{t.place.skipped} steps were left out: a loss or a gradient was no number")
    if findings.metrics.get("accuracy_split") == "train":
        notes.append("no picture was held out: the accuracy is that on the training pictures")
    found = _facts(t, samples, begun) | {
        "notes": notes,
        "seconds": {"train": t.place.seconds, "evaluate": time.perf_counter() - started},
    }
    with storing(t.run_dir):
        report.write(t.run_dir, findings, answers, found, t.judge)
    trackers.files([t.run_dir / name for name in ("report.json", "spec.json")])
    return TrainResult(
        epochs=t.place.epoch,
        best_epoch=t.place.best_epoch,
        metrics=findings.metrics,
        weights_path=best_path(t.run_dir),
        network=t.spec.model.name,
        preprocess=preprocess_of(t.spec),
        classes=samples.classes,
        temperature=findings.temperature,
        thresholds=findings.thresholds,
        task=t.spec.task,
        seconds=t.place.seconds,
        notes=tuple(notes),
    )


def _facts(t: Training, samples: SampleSet, begun: Start) -> dict[str, Any]:
    """Return how the figures came about."""
    import torch

    from sightline.train.machine import facts

    counts = samples.counts()
    splits = [one for one in SPLITS if counts.get(one)]
    return {
        "task": t.spec.task,
        "classes": list(samples.classes),
        "counts": counts,
        "class_counts": {split: samples.class_counts(split) for split in splits},
        "network": t.spec.model.name,
        "parameters": sum(one.numel() for one in t.parts.net.parameters()),
        "spec_key": t.spec.key(),
        "samples_key": begun.about["samples"],
        "epochs": t.place.epochs,
        "best_epoch": t.place.best_epoch,
        "stopped_early": t.place.stopped_early,
        "steps": t.place.step,
        "threads": torch.get_num_threads(),
        "processes": t.spec.processes,
        "device": str(begun.device),
        "torch": torch.__version__,
        **facts(t.machine),
        "skipped_steps": t.place.skipped,
        "unreadable": sorted(t.pixels.unreadable.values()),
    }
