"""What form of a model somebody wants."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from sightline.core.errors import InvalidInputError, did_you_mean

if TYPE_CHECKING:
    from sightline.core.cards import ModelCard, Precision

Form = Literal["onnx", "torchscript", "openvino"]
Quantize = Literal["none", "dynamic", "int8"]
CALIBRATION: Final = 128
"""Pictures that a graph is calibrated on."""
MOST_CALIBRATION: Final = 4096
_PRECISIONS: Final[dict[str, Precision]] = {
    "none": "float32",
    "dynamic": "int8-dynamic",
    "int8": "int8",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormWish:
    """A form of a model."""

    form: str = "onnx"
    quantize: str = "none"
    max_drop: float | None = None
    """Points that it may lose; None: the setting export_max_drop."""
    force: bool = False
    """Keep it although it loses more, or although there is nothing to judge it by."""
    project: str = ""
    """Whose labelled pictures calibrate and judge; empty: that of the model."""
    data: str = ""
    """A folder with a folder for each class instead."""
    calibration: int = CALIBRATION
    out: str = ""
    """Where to write instead of the workspace: a .onnx file, else a folder."""

    def __post_init__(self) -> None:
        """Refuse what there is not.

        Raises:
            InvalidInputError: A value is none of those known, or they do not go together.
        """
        for name, value, known in (
            ("format", self.form, get_args(Form)),
            ("quantize", self.quantize, get_args(Quantize)),
        ):
            if value not in known:
                raise InvalidInputError(
                    f"no {name} {value!r}", hint=did_you_mean(value, set(known))
                )
        if self.quantize != "none" and self.form == "torchscript":
            raise InvalidInputError(
                "TorchScript is exported in float32", hint="for int8 say --format onnx or openvino"
            )
        if self.quantize == "dynamic" and self.form == "openvino":
            raise InvalidInputError(
                "OpenVINO has no dynamic int8 here", hint="say --quantize int8 or --format onnx"
            )
        if not 1 <= self.calibration <= MOST_CALIBRATION:
            raise InvalidInputError(
                f"{self.calibration} pictures to calibrate on", hint=f"say 1 to {MOST_CALIBRATION}"
            )
        limit = self.max_drop
        if limit is not None and not 0 <= limit <= 100:  # noqa: PLR2004
            raise InvalidInputError(f"a loss of {limit} points", hint="say 0 to 100")

    @staticmethod
    def of(values: dict[str, Any]) -> FormWish:
        """Read it from JSON, as a job has it."""
        known = {one.name for one in fields(FormWish)}
        return FormWish(**{key: value for key, value in values.items() if key in known})

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @property
    def precision(self) -> Precision:
        """What the weights will be held in."""
        return _PRECISIONS[self.quantize]

    @property
    def plain(self) -> bool:
        """Whether it is the float32 ONNX file that lies beside its source."""
        return self.form == "onnx" and self.quantize == "none"

    def name_of(self, card: ModelCard) -> str:
        """Return what the form is called: NAME-int8, NAME-torchscript, NAME-openvino-int8."""
        parts = [card.name, *([] if self.form == "onnx" else [self.form])]
        if self.quantize != "none":
            parts.append(self.precision)
        return "-".join(parts)

    def target(self) -> Path | None:
        """Return where it goes instead of the workspace.

        Raises:
            InvalidInputError: A .onnx file is no place for it.
        """
        if not self.out:
            return None
        path = Path(self.out)
        if (path.suffix.lower() == ".onnx") != (self.form == "onnx"):
            raise InvalidInputError(
                f"{path.name} is no place for {self.form}",
                hint="ONNX goes to a file NAME.onnx, the other forms to a folder",
            )
        return path
