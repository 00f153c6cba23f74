"""What heads say of labels that they had not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.curate.assist import Labels
from sightline.curate.pool import OutOfFold
from sightline.heads.calibration import choose
from sightline.heads.half import finite_rows
from sightline.heads.logistic import folds, held_out
from sightline.heads.tag_calibration import choose_tags
from sightline.heads.task import prepare, prepare_tags
from sightline.heads.threads import in_parallel, one_thread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import F32, F64, I64, Bool
    from sightline.curate.pool import Rows
    from sightline.heads.head import Head

GROUP: Final = 2000
"""Many labels are dealt to groups of so many, each judged within itself: time grows with the
labels, not faster, and 1,600 labels make a good judge."""


def judge(
    embeddings: Rows,
    taught: Labels,
    test: Labels,
    *,
    head: Head | None,
    strength: float,
    seed: int = 0,
) -> OutOfFold:
    """Return probabilities of all labelled images, by heads that had not seen their labels.

    Args:
        embeddings: Rows by ordinal; labelled images without one are left out.
        taught: What a head learns from: judged by cross-validation in five folds. A class's only
            label cannot be.
        test: Labelled images of the test split, of the same columns: judged by `head`.
        head: Fitted on `taught`, calibrated; None: test images are left out.
        strength: Of the penalty.
        seed: Deals labels to groups and folds.
    """
    rows, taught = _embedded(embeddings, taught)
    columns = np.unique(taught.class_ids) if taught.tags is None else np.asarray(taught.class_ids)
    probs = np.full((len(rows), len(columns)), np.nan, np.float32)
    groups = _groups(taught, seed)

    def one(number: int) -> None:
        here = groups[number]
        part = Labels(taught.ordinals[here], taught.class_ids, _of(taught.tags, here))
        if taught.tags is None:
            part = part._replace(class_ids=taught.class_ids[here])
        judged, found = _judged(rows[here], part, columns, strength, seed)
        probs[here[judged]] = found

    with one_thread():
        in_parallel(one, range(len(groups)))
    known = np.isfinite(probs).any(axis=1)
    truth = _truth(taught, columns)
    parts = [(taught.ordinals[known], probs[known], truth[known])]
    if head is not None and len(test.ordinals):
        parts.append(_by_head(embeddings, test, head, columns))
    ordinals, answers, truths = (np.concatenate(one) for one in zip(*parts, strict=True))
    return OutOfFold(ordinals, answers, tuple(int(one) for one in columns), truths)


def _judged(
    rows: NDArray[Any], labels: Labels, columns: I64, strength: float, seed: int
) -> tuple[Bool, F32]:
    """Return which of the rows could be held out (m,), and what was said of these (j, C)."""
    try:
        task = (
            prepare(rows, labels.class_ids)
            if labels.tags is None
            else prepare_tags(rows, labels.tags, labels.class_ids)
        )
    except InvalidInputError:
        return np.zeros(len(rows), np.bool_), np.zeros((0, len(columns)), np.float32)
    logits = held_out(task, folds(task.y, seed=seed), strength)
    judged: Bool = np.asarray(np.isfinite(logits).all(axis=1))
    weights = np.ones(int(judged.sum()))
    if not len(weights):
        return judged, np.zeros((0, len(columns)), np.float32)
    probs: F64
    if task.tags is None:
        found = np.zeros((len(weights), len(columns)), np.float32)
        probs = choose(logits[judged], task.y[judged], weights, seed=seed).apply(logits[judged])
    else:
        found = np.full((len(weights), len(columns)), np.nan, np.float32)
        tags = task.tags[judged]
        probs = choose_tags(logits[judged], tags, weights, seed=seed).apply(logits[judged])
    found[:, np.searchsorted(columns, np.asarray(task.class_ids))] = probs
    return judged, found


def _by_head(
    embeddings: Rows, test: Labels, head: Head, columns: I64
) -> tuple[I64, F32, NDArray[Any]]:
    """Return ordinals, what the head says (m, C) and the truth of labelled test images."""
    rows, test = _embedded(embeddings, test)
    if test.tags is None:
        known = np.isin(test.class_ids, columns)
        rows = rows[known]
        test = Labels(test.ordinals[known], test.class_ids[known])
    shared = np.isin(np.asarray(head.class_ids), columns)
    found = np.full((len(rows), len(columns)), 0.0 if test.tags is None else np.nan, np.float32)
    place = np.searchsorted(columns, np.asarray(head.class_ids)[shared])
    found[:, place] = head.score(rows)[:, shared]
    return test.ordinals, found, _truth(test, columns)


def _truth(labels: Labels, columns: I64) -> NDArray[Any]:
    """Return the column of each image's class (m,), or which tags it has (m, C)."""
    if labels.tags is not None:
        return labels.tags
    return np.searchsorted(columns, labels.class_ids)


def _embedded(embeddings: Rows, labels: Labels) -> tuple[NDArray[Any], Labels]:
    rows, valid = embeddings.read(np.asarray(labels.ordinals, np.int64))
    fine = finite_rows(rows)
    keep = valid if fine is None else valid & fine
    classes = np.asarray(labels.class_ids)
    if labels.tags is None:
        return rows[keep], Labels(labels.ordinals[keep], classes[keep])
    return rows[keep], Labels(labels.ordinals[keep], classes, labels.tags[keep])


def _groups(labels: Labels, seed: int) -> list[I64]:
    """Deal the labels, class by class, to groups of about 2,000."""
    n = len(labels.ordinals)
    count = max(1, round(n / GROUP))
    rng = np.random.default_rng(seed)
    y = np.asarray(labels.class_ids) if labels.tags is None else labels.tags.sum(axis=1)
    order = np.lexsort((rng.random(n), y))
    return [np.sort(order[at::count]) for at in range(count)]


def _of(tags: Bool | None, rows: I64) -> Bool | None:
    return None if tags is None else tags[rows]
