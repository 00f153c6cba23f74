"""Predictions over files and folders, in order, with one row for every file."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from sightline.core.progress import Silent
from sightline.predict.rows import (
    Picture,
    Row,
    answer_row,
    check_top,
    expand,
    limits_of,
    load_or_error,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from sightline.core.ports import Classifier
    from sightline.core.progress import Progress

T = TypeVar("T")


def predict_files(
    classifier: Classifier,
    sources: Iterable[Picture | Path | str | bytes],
    *,
    top: int | None = None,
    progress: Progress | None = None,
    threads: int | None = None,
) -> Iterator[Row]:
    """Yield a row per picture, in the order given; a bad file gives {path, error, reason}.

    Decoding and inference run in `threads` threads (default: one less than there are cores), at
    most a few pictures ahead of the reader. A folder stands for the pictures in it.

    Raises:
        InvalidInputError: `top` is below 1, or the model cannot take the pictures.
        CancelledError: Somebody asked it to stop.
    """
    check_top(top)
    told = progress or Silent()
    pictures = list(expand(sources))
    size = getattr(classifier, "max_batch", 1)
    groups = (pictures[at : at + size] for at in range(0, len(pictures), size))
    told.advance(0, len(pictures))
    done = 0
    for rows in in_order(
        lambda group: predict_group(classifier, group, top), groups, threads or default_threads()
    ):
        for row in rows:
            told.check()
            yield row
            done += 1
            told.advance(done, len(pictures))


def in_order(
    work: Callable[[list[Picture]], list[T]], groups: Iterable[list[Picture]], threads: int
) -> Iterator[list[T]]:
    """Yield what `work` makes of each group, in their order, a few groups ahead of the reader.

    Args:
        work: Called from `threads` threads.
        groups: Taken as they are needed.
        threads: That work.
    """
    todo = iter(groups)
    waiting: deque[Future[list[T]]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="predict")
    try:
        while True:
            while len(waiting) < 2 * threads and (group := next(todo, None)) is not None:
                waiting.append(pool.submit(work, group))
            if not waiting:
                return
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def predict_group(
    classifier: Classifier, pictures: Sequence[Picture], top: int | None
) -> list[Row]:
    """Return a row per picture, classified in one batch."""
    loaded = [load_or_error(picture, classifier.preprocess) for picture in pictures]
    inputs = [one for one in loaded if not isinstance(one, dict)]
    answers = iter(classifier.classify(np.stack(inputs)) if inputs else ())
    limits = limits_of(classifier)
    return [
        one
        if isinstance(one, dict)
        else answer_row(picture, classifier.classes, next(answers), top, limits)
        for picture, one in zip(pictures, loaded, strict=True)
    ]


def default_threads() -> int:
    """Return one less than the cores this process may use, at least 1."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, (cores or 1) - 1)
