"""The queues by name: which images are worth a person's time, and why.

Planners are pure: arrays in, an order out. A queue holds what waits for a label; skipped images
come last, labelled ones and the test split not at all, unless they are asked for. A planner lives
in a file of its own; here is the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import ConflictError, InvalidInputError, did_you_mean
from sightline.core.labels import SKIPPED, UNSURE
from sightline.curate.ask import Ask, Queue
from sightline.curate.auto import plan_auto
from sightline.curate.bands import plan_band, plan_certain
from sightline.curate.detection_errors import COUNTS, SUREST, plan_detection_errors
from sightline.curate.disagree import plan_disagreement
from sightline.curate.diverse import plan_diverse
from sightline.curate.doubt import plan_uncertain
from sightline.curate.mistaken import SAID, SURE, plan_mistaken
from sightline.curate.mistakes import plan_mistakes
from sightline.curate.near_duplicates import plan_near_duplicates
from sightline.curate.oddities import plan_oddities
from sightline.curate.pool import WHYS, Plan, Pool
from sightline.curate.scores import shuffled
from sightline.curate.served import DOUBT, ODD, plan_served
from sightline.curate.served import SAID as SERVED_AS
from sightline.curate.served import SURE as SERVED_P
from sightline.curate.similar import plan_similar
from sightline.curate.text import plan_text

if TYPE_CHECKING:
    from collections.abc import Mapping


def named(name: str) -> Queue:
    """Return a queue.

    Raises:
        InvalidInputError: There is none of this name.
    """
    queue = QUEUES.get(name)
    if queue is None:
        raise InvalidInputError(f"no queue named {name!r}", hint=did_you_mean(name, QUEUES))
    return queue


def plan(
    name: str,
    pool: Pool,
    *,
    limit: int | None = None,
    seed: int = 0,
    test: bool = False,
    options: Mapping[str, Any] | None = None,
) -> Plan:
    """Return the order of a queue.

    Args:
        name: A key of QUEUES.
        pool: The project.
        limit: How many images; None: all.
        seed: Of whatever is drawn.
        test: Let images of the test split in.
        options: More of `Ask`, as the queue takes them.

    Raises:
        InvalidInputError: There is no such queue, or it cannot be asked that.
        ConflictError: It needs what is not there yet.
    """
    queue, given = named(name), dict(options or {})
    queue.takes(given)
    ask = Ask(limit=limit, seed=seed, test=test, **given)
    if "head" in queue.needs and pool.margin is None:
        raise ConflictError(
            f"the queue {name} needs a head", hint="label images of two classes, or use auto"
        )
    if "embeddings" in queue.needs and pool.embeddings is None:
        raise ConflictError(f"the queue {name} needs embeddings", hint="embed the images first")
    return queue.plan(pool, ask)


def _all(pool: Pool, ask: Ask) -> Plan:
    return Plan(np.flatnonzero(pool.live())[: ask.limit], None, None)


def _random(pool: Pool, ask: Ask) -> Plan:
    waiting, skipped = pool.open(test=ask.test)
    order = np.concatenate([shuffled(waiting, ask.seed), skipped])[: ask.limit]
    return Plan(order, None, ["drawn by chance"] * min(len(order), WHYS))


def _unsure(pool: Pool, ask: Ask) -> Plan:
    return _of_status(pool, ask, UNSURE, "marked as unsure")


def _skipped(pool: Pool, ask: Ask) -> Plan:
    return _of_status(pool, ask, SKIPPED, "skipped")


def _of_status(pool: Pool, ask: Ask, status: int, why: str) -> Plan:
    order = np.flatnonzero(pool.live() & (pool.status == status))[: ask.limit]
    return Plan(order, None, [why] * min(len(order), WHYS))


_ENTRIES: Final = (
    Queue(
        name="auto",
        title="Most worth labelling",
        description="What teaches most: first what stands for many, then what the head doubts",
        group="learn",
        uses=("embeddings", "head"),
        plan=plan_auto,
    ),
    Queue(
        name="uncertain",
        title="Uncertain",
        description="Where the head wavers: smallest margin, highest entropy or least confidence",
        group="learn",
        needs=("head",),
        uses=("embeddings",),
        options=("measure",),
        plan=plan_uncertain,
    ),
    Queue(
        name="diverse",
        title="Diverse",
        description="What is farthest from all that is labelled, and from each other",
        group="learn",
        needs=("embeddings",),
        plan=plan_diverse,
    ),
    Queue(
        name="band",
        title="Probability band",
        description="Where a class, or the likeliest one, has a probability in a band",
        group="learn",
        needs=("head",),
        uses=("embeddings", "tops"),
        options=("band", "class_id"),
        plan=plan_band,
    ),
    Queue(
        name="disagreement",
        title="Disagreement",
        description="Where the head and a trained model, or another encoder, differ",
        group="learn",
        needs=("head", "model"),
        uses=("embeddings", "tops"),
        options=("against",),
        plan=plan_disagreement,
    ),
    Queue(
        name="oddities",
        title="Oddities",
        description="What is unlike the rest: far from its neighbours, or easily cut off",
        group="check",
        needs=("embeddings",),
        uses=("oddness",),
        options=("method",),
        plan=plan_oddities,
    ),
    Queue(
        name="near-duplicates",
        title="Near-duplicates",
        description="Pictures that are nearly the same, in groups; one of each to keep",
        group="check",
        needs=("embeddings",),
        uses=("alike",),
        options=("band",),
        plan=plan_near_duplicates,
    ),
    Queue(
        name="random",
        title="Random",
        description="By chance: the fair sample",
        group="learn",
        plan=_random,
    ),
    Queue(
        name="certain",
        title="Certain",
        description="What the head is sure of, class by class, to be confirmed in bulk",
        group="check",
        needs=("head",),
        uses=("tops",),
        options=("band", "class_id"),
        plan=plan_certain,
    ),
    Queue(
        name="mistakes",
        title="Likely mistakes",
        description="Labels that heads which have not seen them contradict",
        group="check",
        needs=("head",),
        uses=("out_of_fold",),
        options=("class_id",),
        plan=plan_mistakes,
    ),
    Queue(
        name="mistaken",
        title="A network's mistakes",
        description="Where a trained network's answer differs from the label, the surest first",
        group="check",
        needs=("run",),
        uses=(SURE, SAID),
        options=("run",),
        plan=plan_mistaken,
    ),
    Queue(
        name="detection-errors",
        title="Errors of predicted objects",
        description="Where evaluated predictions and what is drawn do not fit, the surest first",
        group="check",
        needs=("evaluation",),
        uses=(COUNTS, SUREST),
        options=("evaluation", "error"),
        plan=plan_detection_errors,
    ),
    Queue(
        name="served",
        title="A served model's doubts",
        description="What `serve` was asked and the model was unsure of, the most doubtful first",
        group="learn",
        needs=("doubts",),
        uses=(DOUBT, SERVED_AS, SERVED_P, ODD, "embeddings"),
        plan=plan_served,
    ),
    Queue(
        name="unsure",
        title="Unsure",
        description="What somebody marked as unsure, in the order of arrival",
        group="check",
        plan=_unsure,
    ),
    Queue(
        name="skipped",
        title="Skipped",
        description="What somebody skipped, in the order of arrival",
        group="check",
        plan=_skipped,
    ),
    Queue(
        name="similar",
        title="Similar",
        description="What looks like one or several pictures, from near to far",
        group="look",
        needs=("embeddings",),
        uses=("distance",),
        options=("images",),
        plan=plan_similar,
    ),
    Queue(
        name="text",
        title="By words",
        description="What fits a text best, by an encoder that reads words",
        group="look",
        needs=("embeddings",),
        uses=("likeness",),
        options=("text",),
        plan=plan_text,
    ),
    Queue(
        name="all",
        title="All",
        description="Every image, in the order of arrival",
        group="look",
        plan=_all,
    ),
)
QUEUES: Final[dict[str, Queue]] = {queue.name: queue for queue in _ENTRIES}
"""In the order in which people see them."""
