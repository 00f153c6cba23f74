"""The queues by name: which images are worth a person's time, and why.

Planners are pure: arrays in, an order out. A queue holds what waits for a label; skipped images
come last, labelled ones and the test split not at all, unless they are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.errors import ConflictError, InvalidInputError, did_you_mean
from sightline.curate.auto import plan_auto
from sightline.curate.pool import WHYS, Plan, Pool
from sightline.curate.scores import front_by_score, shuffled, why_uncertain

if TYPE_CHECKING:
    from collections.abc import Callable

EAGER: Final = 20_000
"""Up to so many waiting images the whole queue is sorted at once."""
FRONT: Final = 2_000
"""Above that so many are, and the rest when somebody goes there."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of a queue."""

    limit: int | None = None
    """How many images to return; None: all."""
    seed: int = 0
    test: bool = False
    """Let images of the test split in."""


@dataclass(frozen=True, slots=True)
class Queue:
    """An entry of the table."""

    name: str
    description: str
    needs: tuple[str, ...]
    """What must be there: `head`, `embeddings`."""
    plan: Callable[[Pool, Ask], Plan]


def plan(
    name: str, pool: Pool, *, limit: int | None = None, seed: int = 0, test: bool = False
) -> Plan:
    """Return the order of a queue.

    Args:
        name: A key of QUEUES.
        pool: The project.
        limit: How many images; None: all.
        seed: Of whatever is drawn.
        test: Let images of the test split in.

    Raises:
        InvalidInputError: There is no such queue, or the limit is negative.
        ConflictError: It needs a head that is not there yet.
    """
    queue = QUEUES.get(name)
    if queue is None:
        raise InvalidInputError(f"no queue named {name!r}", hint=did_you_mean(name, QUEUES))
    if limit is not None and limit < 0:
        raise InvalidInputError(f"a limit of {limit} images", hint="give 0 or more")
    if "head" in queue.needs and pool.margin is None:
        raise ConflictError(
            f"the queue {name} needs a head", hint="label images of two classes, or use auto"
        )
    return queue.plan(pool, Ask(limit, seed, test))


def _all(pool: Pool, ask: Ask) -> Plan:
    return Plan(np.flatnonzero(pool.live())[: ask.limit], None, None)


def _random(pool: Pool, ask: Ask) -> Plan:
    waiting, skipped = pool.open(test=ask.test)
    order = np.concatenate([shuffled(waiting, ask.seed), skipped])[: ask.limit]
    return Plan(order, None, ["drawn by chance"] * min(len(order), WHYS))


def _uncertain(pool: Pool, ask: Ask) -> Plan:
    waiting, skipped = pool.open_masks(test=ask.test)
    margin = np.asarray(pool.margin)
    total = int(np.count_nonzero(waiting))
    if ask.limit is None and total > EAGER:
        front, rest = front_by_score(waiting, margin, FRONT)
        last = np.flatnonzero(skipped)
        scores = margin[front].astype(np.float32)
        return Plan(
            front,
            scores,
            why_uncertain(pool, front[:WHYS]),
            more=total - len(front) + len(last),
            rest=lambda: np.concatenate([rest(), last]),
        )
    front, _ = front_by_score(waiting, margin, total if ask.limit is None else ask.limit)
    order = np.concatenate([front, np.flatnonzero(skipped)])[: ask.limit]
    return Plan(order, margin[order].astype(np.float32), why_uncertain(pool, order[:WHYS]))


def _auto(pool: Pool, ask: Ask) -> Plan:
    return plan_auto(pool, limit=ask.limit, seed=ask.seed, test=ask.test)


QUEUES: Final[dict[str, Queue]] = {
    queue.name: queue
    for queue in (
        Queue("all", "Every image, in the order of arrival", (), _all),
        Queue(
            "auto",
            "What teaches most: first what stands for many, then what the head doubts",
            (),
            _auto,
        ),
        Queue("uncertain", "Smallest gap between the two likeliest classes", ("head",), _uncertain),
        Queue("random", "By chance: the fair sample", (), _random),
    )
}
"""In the order in which people see them."""
