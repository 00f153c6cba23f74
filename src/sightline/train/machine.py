"""What of a training depends on the machine: precision, batch size, memory."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sightline.train.batch_size import Steps, find, fitting, largest
from sightline.train.memory import Ceiling, Guard, bytes_of_a_picture, limit_gpu
from sightline.train.microbatch import Splitter, is_out_of_memory
from sightline.train.precision import Compiled, decide

if TYPE_CHECKING:
    from torch import nn

    from sightline.core.arrays import F32, I64
    from sightline.train.augment import Augmenter
    from sightline.train.objective import Objective
    from sightline.train.spec import TrainSpec
    from sightline.train.start import Start

TRANSIENT: Final = 4
"""A step holds at most this many times what its passes keep for their gradients; measured 1.5-3."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A training as it is carried out here."""

    spec: TrainSpec
    """With the batch size that was found, where it was to be found."""
    splitter: Splitter
    precision: str
    compiled: Compiled | None
    notes: tuple[str, ...]

    def troubles(self) -> list[str]:
        """Return what did not go as asked, and what splitting changed."""
        found = [self.splitter.trouble, self.compiled.trouble if self.compiled else ""]
        if self.splitter.history and self.splitter.has_batch_norm:
            found.append(
                f"memory: batches were computed in parts of {self.splitter.size} pictures; the "
                "gradients are those of whole batches, but batch norm saw a part at a time"
            )
        return [one for one in found if one]


def suit(
    spec: TrainSpec,
    begun: Start,
    objective: Objective,
    augmenter: Augmenter,
    *,
    truth: I64 | F32,
) -> Machine:
    """Decide what the machine decides, and note it in the place that a resumed run goes on from.

    Args:
        spec: Of the training.
        begun: Its parts on their device; they are left as they are.
        objective: What it minimises.
        augmenter: What varies its pictures.
        truth: (N, ...) of the training pictures.
    """
    net, device, place = begun.parts.net, begun.device, begun.place
    ceiling = None
    if device.type == "cuda":
        limit_gpu(spec.memory.ceiling, device)
    else:
        ceiling = Ceiling.of(spec.memory.ceiling / spec.processes)
    precision = decide(spec.precision, net, device, px=spec.image_size, before=place.precision)
    place.precision = precision.name
    notes = [precision.note] if precision.note else []
    autocast = precision.autocast(device)
    steps = functools.partial(
        Steps, spec, net, objective, augmenter, truth, autocast=autocast, ceiling=ceiling
    )
    if spec.batch_size == 0:
        found = find(steps(), largest(len(truth) * spec.augment.views))
        spec = spec.model_copy(update={"batch_size": found.size})
        notes.append(found.note)
    compiled = Compiled(net) if spec.precision.compile else None
    splitter = Splitter(
        net,
        objective,
        size=min(spec.batch_size, place.micro or spec.batch_size),
        seed=spec.seed,
        autocast=autocast,
        forward=compiled,
        guard=None if ceiling is None else Guard(net, ceiling),
    )
    splitter.history = list(place.splits)
    if ceiling is not None and _tight(net, spec, ceiling, autocast):
        splitter.fit(fitting(steps(), ceiling, splitter.size), place.step)
    return Machine(spec, splitter, precision.name, compiled, tuple(notes))


def _tight(net: nn.Module, spec: TrainSpec, ceiling: Ceiling, autocast: Any) -> bool:
    """Say whether a batch might not fit, so that it is worth finding out by real steps."""
    try:
        each = bytes_of_a_picture(net, spec.image_size, autocast)
    except RuntimeError as error:
        if is_out_of_memory(error):
            return True
        raise
    return TRANSIENT * each * spec.batch_size > ceiling.left


def facts(machine: Machine) -> dict[str, Any]:
    """Return what a report says of it."""
    return {
        "batch_size": machine.spec.batch_size,
        "precision": machine.precision,
        "compiled": machine.compiled is not None and not machine.compiled.trouble,
        "micro_batches": machine.splitter.history,
    }
