"""Where a training stands: all that a checkpoint has to hold besides tensors of the network."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from sightline.core.errors import InvalidInputError

OLDEST: Final = ("epoch", "step", "step_in_epoch", "loss_sum", "hits", "seen", "epochs")
"""What every version wrote; what later ones added begins with its default."""


@dataclass(slots=True)
class Place:
    """Where the loop stands. Everything else that it needs is computed from this and the spec."""

    epoch: int = 0
    """Finished epochs."""
    step: int = 0
    """Finished steps, over all epochs."""
    step_in_epoch: int = 0
    """Finished steps of the epoch under way."""
    loss_sum: float = 0.0
    """Of the epoch under way; each step's mean loss once per picture."""
    hits: float = 0.0
    seen: int = 0
    best_value: float | None = None
    best_epoch: int = 0
    """From 1; 0: none yet."""
    bad_epochs: int = 0
    """Epochs in a row without a better value."""
    stopped_early: bool = False
    seconds: float = 0.0
    """Of training, over all sessions."""
    micro: int = 0
    """Pictures per pass that memory allowed; 0: the whole batch."""
    splits: list[dict[str, int]] = field(default_factory=list)
    """What out-of-memory did: {"step", "from", "to"}."""
    precision: str = ""
    """What the forward pass computes in; empty: not decided yet."""
    skipped: int = 0
    """Steps left out because a loss or a gradient was no number."""
    skipped_in_row: int = 0
    lr_factor: float = 1.0
    """What somebody multiplied the learning rate by while it ran."""
    lr_changes: list[dict[str, float]] = field(default_factory=list)
    """When: {"step", "factor"}; the factor holds from that step on."""
    epochs: list[dict[str, Any]] = field(default_factory=list)
    """Each finished epoch: epoch, train_loss, train_accuracy, val_loss, val_accuracy, lr."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Place:
        """Read it from JSON.

        Raises:
            InvalidInputError: A key is missing.
        """
        known = {item.name for item in fields(Place)}
        try:
            given = {name: data[name] for name in OLDEST}
            return Place(**given | {name: one for name, one in data.items() if name in known})
        except (KeyError, TypeError) as error:
            raise InvalidInputError(
                f"the checkpoint lacks {error}", hint="it is from another version: start a new run"
            ) from error

    def better(self, value: float, *, higher: bool, min_delta: float) -> bool:
        """Say whether a value beats the best so far by more than `min_delta`."""
        if self.best_value is None:
            return True
        gain = value - self.best_value if higher else self.best_value - value
        return gain > min_delta
