"""The head that learns beside the person: fitted on what is labelled, asked about everything."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.core.progress import Progress, Silent
from sightline.curate.fit import (
    HeadFit,
    choose_strength,
    report,
    stands_for,
    tested,
)
from sightline.heads.logistic import Head, fit, prepare
from sightline.heads.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from sightline.core.arrays import F16, F32, I64, Bool
    from sightline.curate.pool import Rows

CHUNK_ROWS: Final = 8192


@dataclass(frozen=True, slots=True)
class Scores:
    """What a head says of N ordinals."""

    probabilities: F16
    """(N, K), columns as in the head's class_ids; 0 where there is no embedding."""
    margin: F32
    """(N,) p1 - p2; NaN where there is no embedding."""
    entropy: F32
    """(N,) nats; NaN where there is no embedding."""
    valid: Bool
    """(N,) which have an embedding."""


class Labels(NamedTuple):
    """Images whose class is known."""

    ordinals: I64
    """(n,)"""
    class_ids: NDArray[Any]
    """(n,)"""


def refit(
    embeddings: Rows,
    labels: Labels,
    *,
    encoder: str,
    pool: I64 | None = None,
    test: Labels | None = None,
    previous: Head | None = None,
    seed: int = 0,
) -> tuple[Head, HeadFit]:
    """Return a calibrated head and how good it is.

    Args:
        embeddings: Rows by ordinal; labelled images without one are left out, and counted.
        labels: What it learns from: none of the test split (`Pool.taught`).
        encoder: Key of the encoder.
        pool: Ordinals of all images. A queue picks what is odd or hard, so that the labels are no
            fair sample; with `pool` given, each counts, in calibration and measures, for as many
            images as are nearer to it than to any other label.
        test: Labelled images of the test split. From 50 on, the measures are made on them, else
            by cross-validation.
        previous: An earlier head, to begin from.
        seed: Deals the labels to the folds.

    Raises:
        InvalidInputError: Fewer than two classes have an embedded label.
    """
    rows, valid = embeddings.read(np.asarray(labels.ordinals, dtype=np.int64))
    if len(valid) and not valid.any():
        raise InvalidInputError("no labelled image is embedded", hint="embed the images first")
    rows = rows[valid]
    start = previous if previous is not None and previous.encoder == encoder else None
    with one_thread():
        task = prepare(rows, np.asarray(labels.class_ids)[valid])
        weights = np.ones(len(rows)) if pool is None else stands_for(embeddings, rows, pool, seed)
        trial = choose_strength(task, weights, seed)
        head = fit(task, encoder=encoder, strength=trial.strength, start=start)
        head = head.calibrated(trial.calibration())
        checked = None if test is None else tested(head, embeddings, test.ordinals, test.class_ids)
    return head, report(head, task, checked or trial.checked(), int((~valid).sum()))


def score(
    head: Head,
    chunks: Iterable[tuple[int, NDArray[Any], Bool]],
    n: int,
    *,
    progress: Progress | None = None,
    threads: int = 0,
) -> Scores:
    """Return probabilities, margin and entropy of ordinals 0..n-1.

    Args:
        head: The head.
        chunks: (first ordinal, rows (M, D), which rows there are (M,)), as the store's arrays
            give them; what no chunk covers has no embedding.
        n: N.
        progress: Is told after each chunk and may stop the work.
        threads: 0: one less than there are cores.
    """
    told = Silent() if progress is None else progress
    k = len(head.class_ids)
    scores = Scores(
        np.zeros((n, k), np.float16),
        np.full(n, np.nan, np.float32),
        np.full(n, np.nan, np.float32),
        np.zeros(n, np.bool_),
    )
    workers = threads or max(1, (os.cpu_count() or 2) - 1)
    with one_thread(), ThreadPoolExecutor(workers, thread_name_prefix="score") as pool:
        for start, rows, valid in chunks:
            told.check()
            parts = [
                pool.submit(_score_part, head, scores, start + at, rows[piece], valid[piece])
                for at, piece in _pieces(min(len(rows), n - start))
            ]
            for one in parts:
                one.result()
            told.advance(min(start + len(rows), n), n, "scored")
    return scores


def margin_of(probabilities: NDArray[Any]) -> F32:
    """Return p1 - p2 of each row, (N,), 0..1, of probabilities (N, K); 1 for a single class."""
    if probabilities.shape[1] < 2:  # noqa: PLR2004
        return np.ones(len(probabilities), np.float32)
    if probabilities.shape[1] == 2:  # noqa: PLR2004
        return np.asarray(np.abs(probabilities[:, 0] - probabilities[:, 1]), dtype=np.float32)
    top = np.partition(probabilities, -2, axis=1)[:, -2:]
    return np.asarray(top[:, 1] - top[:, 0], dtype=np.float32)


def entropy_of(probabilities: NDArray[Any]) -> F32:
    """Return the entropy of each row, (N,), nats, of probabilities (N, K)."""
    logs = np.log(np.maximum(probabilities, np.float32(1e-12)))
    return np.asarray(-np.einsum("nk,nk->n", probabilities, logs), dtype=np.float32)


def _pieces(n: int) -> Iterator[tuple[int, slice]]:
    for at in range(0, n, CHUNK_ROWS):
        yield at, slice(at, min(at + CHUNK_ROWS, n))


def _score_part(head: Head, scores: Scores, start: int, rows: NDArray[Any], valid: Bool) -> None:
    here = slice(start, start + len(rows))
    if not valid.any():
        return
    probs = head.score(rows)
    margin, entropy = margin_of(probs), entropy_of(probs)
    if not valid.all():
        probs[~valid], margin[~valid], entropy[~valid] = 0.0, np.nan, np.nan
    scores.probabilities[here] = probs
    scores.margin[here] = margin
    scores.entropy[here] = entropy
    scores.valid[here] = valid
