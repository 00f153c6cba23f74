"""The head that learns beside the person: fitted on what is labelled, asked about everything."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.core.progress import Progress, Silent
from sightline.curate.fit import HeadFit, report, tested
from sightline.curate.held import Tested
from sightline.curate.trials import Memory, choose_strength
from sightline.curate.weigh import sample_of
from sightline.heads.half import finite_rows, widen
from sightline.heads.logistic import as_head
from sightline.heads.task import prepare, prepare_tags
from sightline.heads.threads import one_thread, workers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from sightline.core.arrays import F16, F32, F64, I64, Bool
    from sightline.curate.pool import Rows
    from sightline.heads.given import Says
    from sightline.heads.head import Head
    from sightline.heads.task import Task

CHUNK_ROWS: Final = 2048


@dataclass(frozen=True, slots=True)
class Scores:
    """What a head says of N ordinals."""

    probabilities: F16
    """(N, K), columns as in the head's class_ids; 0 where there is no embedding."""
    margin: F32
    """(N,) how sure it is, 0..1, see `Head.margin`; NaN where there is no embedding."""
    entropy: F32
    """(N,) nats; NaN where there is no embedding."""
    valid: Bool
    """(N,) which have an embedding."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """How unsure a head is of N ordinals: filled while they are scored."""

    margin: F32
    """(N,)"""
    entropy: F32
    """(N,)"""
    valid: Bool
    """(N,)"""

    def part(self, start: int, size: int) -> Doubt:
        """Return a view of some of it."""
        here = slice(start, start + size)
        return Doubt(self.margin[here], self.entropy[here], self.valid[here])

    @staticmethod
    def of(n: int) -> Doubt:
        """Return that of N ordinals of which nothing is known."""
        nothing = np.full(n, np.nan, np.float32)
        return Doubt(nothing, nothing.copy(), np.zeros(n, np.bool_))


class Labels(NamedTuple):
    """Images whose class, or whose tags, are known."""

    ordinals: I64
    """(n,)"""
    class_ids: NDArray[Any]
    """(n,) of each image; with tags (C,), ascending, the columns of `tags`."""
    tags: Bool | None = None
    """(n, C)"""


class Known(NamedTuple):
    """What a head was fitted on: for the estimate of what more labels would bring."""

    task: Task
    part: I64
    """(n,) the fold that holds a label out, -1 for those that none does."""
    weights: F64
    """(m,) for how many images each label stands that is held out, of mean 1."""
    test: Tested | None = None
    """What it was measured on, where enough of the test split is labelled."""


def refit(
    embeddings: Rows,
    labels: Labels,
    *,
    encoder: str,
    pool: I64 | None = None,
    test: Labels | None = None,
    memory: Memory | None = None,
    seed: int = 0,
) -> tuple[Head, HeadFit]:
    """Return a calibrated head and how good it is; see `learn`."""
    head, fit, _ = learn(
        embeddings, labels, encoder=encoder, pool=pool, test=test, memory=memory, seed=seed
    )
    return head, fit


def learn(
    embeddings: Rows,
    labels: Labels,
    *,
    encoder: str,
    pool: I64 | None = None,
    test: Labels | None = None,
    memory: Memory | None = None,
    seed: int = 0,
) -> tuple[Head, HeadFit, Known]:
    """Return a calibrated head, how good it is, and what it was fitted on.

    Args:
        embeddings: Rows by ordinal; labelled images without one are left out, and counted.
        labels: What it learns from: none of the test split (`Pool.taught`).
        encoder: Key of the encoder.
        pool: Ordinals of all images. A queue picks what is odd or hard, so that the labels are no
            fair sample; with `pool` given, each counts, in calibration and measures, for the images
            it stands for, see `weigh`.
        test: Labelled images of the test split. From 50 on, the measures are made on them, else
            by cross-validation.
        memory: Of the refit before, to begin from; it is brought up to date.
        seed: Deals the labels to the folds.

    Raises:
        InvalidInputError: Fewer than two classes have an embedded label; no tag parts the images.
    """
    rows, valid = embeddings.read(np.asarray(labels.ordinals, dtype=np.int64))
    fine = finite_rows(rows)
    valid = valid if fine is None else valid & fine
    if len(valid) and not valid.any():
        raise InvalidInputError("no labelled image is embedded", hint="embed the images first")
    rows = rows[valid]
    kept = Memory() if memory is None else memory
    if kept.head is not None and (kept.head.encoder, kept.head.dim) != (encoder, rows.shape[1]):
        kept.head, kept.basis, kept.chosen_at = None, None, 0
    with one_thread():
        task = _task(rows, labels, valid, kept)
        trial, at_large = choose_strength(task, seed, kept), None
        head = as_head(task, trial.model, encoder, trial.strength)
        if pool is not None:
            others = np.setdiff1d(pool, labels.ordinals, assume_unique=True)
            sample = sample_of(embeddings, others, seed)
            trial, at_large = trial.weighed(task, sample), trial.accuracy(task, sample)
        calibration = trial.calibration()
        checked = replace(trial.checked(calibration), accuracy=at_large)
        head = head.calibrated(calibration, trial.thresholds(checked))
        kept.head, kept.basis = head, task.basis
        better = None if test is None else tested(head, embeddings, *test)
    apart = None if better is None or test is None else _apart(task, embeddings, test)
    fit = report(head, task, better or checked, int((~valid).sum()))
    return head, fit, Known(task, trial.part, trial.weights, apart)


def score(
    head: Says,
    chunks: Iterable[tuple[int, NDArray[Any], Bool]],
    n: int,
    *,
    progress: Progress | None = None,
    threads: int = 0,
) -> Scores:
    """Return probabilities, margin and entropy of ordinals 0..n-1; see `score_parts`."""
    doubt = Doubt.of(n)
    probabilities = np.zeros((n, len(head.class_ids)), np.float16)
    for at, part, _ in score_parts(head, chunks, doubt, progress=progress, threads=threads):
        probabilities[at : at + len(part)] = part
    return Scores(probabilities, doubt.margin, doubt.entropy, doubt.valid)


def score_parts(
    head: Says,
    chunks: Iterable[tuple[int, NDArray[Any], Bool]],
    doubt: Doubt,
    *,
    progress: Progress | None = None,
    threads: int = 0,
) -> Iterator[tuple[int, F16, Bool]]:
    """Yield probabilities chunk by chunk, so that those of a million need not fit in memory.

    Args:
        head: The head.
        chunks: (first ordinal, rows (M, D), which rows there are (M,)), as the store's arrays
            give them; what no chunk covers has no embedding.
        doubt: Of N ordinals; filled on the way. Rows beyond N are left out.
        progress: Is told after each chunk and may stop the work.
        threads: 0: one less than there are cores.

    Yields:
        (first ordinal, probabilities (M, K), which rows count (M,)).
    """
    told, n = Silent() if progress is None else progress, len(doubt.valid)
    with one_thread(), ThreadPoolExecutor(threads or workers(), "score") as pool:
        for start, rows, valid in chunks:
            told.check()
            size = min(len(rows), n - start)
            out = np.zeros((size, len(head.class_ids)), np.float16)
            here = doubt.part(start, size)
            scorer = _Scorer(head, rows, valid, out, here)
            for one in [pool.submit(scorer.score, piece) for piece in _pieces(size)]:
                one.result()
            told.advance(start + size, n, "scored")
            yield start, out, here.valid


def _task(rows: NDArray[Any], labels: Labels, valid: Bool, memory: Memory) -> Task:
    ids = np.asarray(labels.class_ids)
    if labels.tags is None:
        return prepare(rows, ids[valid], basis=memory.basis)
    return prepare_tags(rows, labels.tags[valid], ids, basis=memory.basis)


def _apart(task: Task, embeddings: Rows, test: Labels) -> Tested:
    """Return the labelled test images in the task's coordinates."""
    rows, valid = embeddings.read(test.ordinals)
    centred: F32 = widen(rows[valid]) - task.mean
    inside: F32 = (centred @ task.basis.vectors) / np.float32(task.scale)
    ids, known = np.asarray(test.class_ids), np.asarray(task.class_ids)
    if test.tags is not None:
        return Tested(inside, test.tags[valid][:, np.searchsorted(ids, known)])
    place = np.minimum(np.searchsorted(known, ids[valid]), len(known) - 1)
    return Tested(inside, np.where(known[place] == ids[valid], place, len(known)))


def _pieces(n: int) -> Iterator[slice]:
    for at in range(0, n, CHUNK_ROWS):
        yield slice(at, min(at + CHUNK_ROWS, n))


class _Scorer(NamedTuple):
    """One chunk: its rows, and where what is said of them goes."""

    head: Says
    rows: NDArray[Any]
    valid: Bool
    out: F16
    doubt: Doubt

    def score(self, piece: slice) -> None:
        """Score some of the rows; those that are not finite do not count."""
        rows, there = self.rows[piece], self.valid[piece]
        if not there.any():
            return
        fine = finite_rows(rows)
        if fine is not None:
            there = there & fine
        probs = self.head.score(rows)
        margin, entropy = self.head.margin(probs), self.head.entropy(probs)
        if not there.all():
            probs[~there], margin[~there], entropy[~there] = 0.0, np.nan, np.nan
        self.out[piece] = probs
        self.doubt.margin[piece], self.doubt.entropy[piece] = margin, entropy
        self.doubt.valid[piece] = there
