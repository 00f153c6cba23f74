"""What the training of a head is asked to do: one model for flags, API and form."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sightline.core.errors import InvalidInputError
from sightline.heads.bundle import CropRule

Solver = Literal["lbfgs", "saga", "sag"]
MOST_LAYERS: Final = 8


class HeadSpec(BaseModel):
    """All settings of a head's training."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="Training of a head")

    name: str = Field("", max_length=100, description="What to call it. Empty: made up.")
    of: Literal["objects", "images"] = Field(
        "objects", description="Learn from drawn objects, or from the classes of whole images."
    )
    encoder: str = Field(
        "auto", max_length=1_000, description="What makes the vectors. auto: the project's."
    )
    head: Literal["logistic", "mlp"] = Field(
        "logistic", description="Logistic regression, or a network of a few layers."
    )

    padding: float = Field(
        0.1,
        ge=0,
        le=4,
        description="What is cut around a box, as a share of its longer side.",
    )
    square: bool = Field(False, description="Grow each box to a square, so nothing is stretched.")
    min_side_px: float = Field(
        4.0, ge=0, le=10_000, description="Objects with a shorter side are left out, pixels."
    )
    normalise: Literal["standard", "l2", "none"] = Field(
        "standard",
        description="What is done to vectors: mean 0 and deviation 1, length 1, or nothing.",
    )

    solver: Solver = Field(
        "lbfgs",
        description="Of logistic regression. lbfgs is quickest.",
    )
    c: float = Field(
        1.0, gt=0, le=1e9, description="Of logistic regression: more fits the rows more closely."
    )
    max_iter: int = Field(
        1_000, ge=1, le=1_000_000, description="Most steps, or passes, of logistic regression."
    )
    tol: float = Field(
        1e-4, gt=0, le=1, description="Logistic regression stops when it changes less than this."
    )

    sizes: tuple[Annotated[int, Field(ge=1, le=65_536)], ...] = Field(
        (256,), max_length=MOST_LAYERS, description="Widths of the hidden layers of an MLP."
    )
    dropout: float = Field(0.1, ge=0, lt=1, description="Share of hidden values left out, MLP.")
    epochs: int = Field(50, ge=1, le=100_000, description="Most passes over the rows, MLP.")
    lr: float = Field(1e-3, gt=0, le=10, description="Learning rate, MLP.")
    weight_decay: float = Field(1e-4, ge=0, le=10, description="Weight decay, MLP.")
    batch_size: int = Field(64, ge=1, le=1_000_000, description="Rows of a step, MLP.")
    label_smoothing: float = Field(
        0.0, ge=0, lt=1, description="Share of the truth given to all classes alike, MLP."
    )
    mixup: float = Field(
        0.0, ge=0, le=10, description="Alpha of mixing rows in pairs, MLP. 0: not mixed."
    )
    balanced_sampler: bool = Field(
        False, description="Draw every class as often as the others, MLP."
    )
    patience: int = Field(
        6, ge=1, le=100_000, description="Passes without a better held-out loss to the end, MLP."
    )
    device: str = Field(
        "auto",
        pattern=r"^(auto|cpu|cuda|cuda:\d+)$",
        description="Where encoder and MLP run: auto, cpu, cuda or cuda:1.",
    )

    class_weight: Literal["none", "balanced"] = Field(
        "none", description="balanced: rows of rare classes count for more."
    )
    oversample: bool = Field(
        False, description="Repeat rows of rare classes until there are as many of each."
    )
    hard_examples: bool = Field(
        False,
        description="Rows that heads which did not see them take wrongly count three times, those "
        "they are unsure of twice.",
    )
    background: int = Field(
        0,
        ge=0,
        le=1_000,
        description="Classes for what is no object, of crops that touch none. 0: none.",
    )
    background_share: float = Field(
        0.5, gt=0, le=100, description="Crops of background for each object."
    )
    temperature: bool = Field(
        True, description="Make probabilities fit how often it is right, on held-out images."
    )

    val_share: float = Field(
        0.2, ge=0, le=0.9, description="Share of images held out to measure it, 0 to 0.9."
    )
    seed: int = Field(42, ge=0, le=2**31 - 1, description="Another seed holds out other images.")
    warm_start: str = Field("", max_length=1_000, description="Begin from this head, by its name.")
    reuse_cache: bool = Field(True, description="Take vectors of crops that are there already.")

    @property
    def crop(self) -> CropRule:
        """Return how boxes are cut."""
        return CropRule(padding=self.padding, square=self.square)

    @classmethod
    def of_values(cls, values: dict[str, Any]) -> Self:
        """Read it from JSON or flags.

        Raises:
            InvalidInputError: A key is not known, or a value out of range.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(one) for one in first["loc"]) or "the spec"
            raise InvalidInputError(f"{where}: {first['msg']}", hint=_hint(where)) from error


def _hint(where: str) -> str:
    field = HeadSpec.model_fields.get(where.partition(".")[0])
    if field is None:
        return f"known: {', '.join(HeadSpec.model_fields)}"
    return f"{field.description}"
