"""The layers whose output has places: which there are, and which one is looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError, did_you_mean
from sightline.explain.spatial import Grid, grid_of, prefix_tokens

if TYPE_CHECKING:
    from torch import nn

MIN_SIDE: Final = 3
"""Cells across, below which a map says little of where."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer that can be explained at."""

    name: str
    """Dotted, as `nn.Module.get_submodule` takes it."""
    grid: Grid
    main: bool
    """Worth a person's choice: the last one of its resolution."""


@dataclass(frozen=True, slots=True)
class Layers:
    """The layers of a network at one size of input, in the order in which they are run."""

    table: dict[str, Layer]
    auto: str
    """The layer that is looked at when none is named; "" when no layer has places."""
    note: str = ""
    """Why it is not the last one."""

    def choose(self, name: str) -> Layer:
        """Return a layer by its name; "" or "auto": the automatic one.

        Raises:
            InvalidInputError: There is none of this name, or no layer has places.
        """
        wanted = self.auto if name in {"", "auto"} else name
        found = self.table.get(wanted)
        if found is not None:
            return found
        if not wanted:
            raise InvalidInputError(
                "no layer of this network has places", hint="use integrated_gradients"
            )
        main = [one.name for one in self.table.values() if one.main]
        near = did_you_mean(wanted, self.table)
        more = f"; worth a look: {', '.join(main)}" if near.startswith("did") else ""
        hint = near + more if more else f"choose one of {', '.join(main)}"
        raise InvalidInputError(f"no layer {wanted!r} to explain at", hint=hint)


def find_layers(net: nn.Module, size: int, auto: str) -> Layers:
    """Return the layers whose output for a (size, size) picture has places.

    Args:
        net: In evaluation mode, its weights on one device.
        size: Side of its input, pixels.
        auto: The last layer with places, as `nets.build` knows it; "" where it knows none.
    """
    import torch

    prefix, seen = prefix_tokens(net), dict[str, Grid]()

    def note(name: str, _module: nn.Module, _args: Any, output: Any) -> None:
        found = grid_of(output, prefix)
        seen.pop(name, None)  # what is used twice counts where it is used last
        if found is not None and found.height > 1 and len(output) == 1:  # else windows
            seen[name] = found

    hooks = [
        module.register_forward_hook(partial(note, name))
        for name, module in net.named_modules()
        if name
    ]
    first = next(net.parameters())
    try:
        with torch.no_grad():
            net(torch.zeros(1, 3, size, size, device=first.device, dtype=first.dtype))
    finally:
        for hook in hooks:
            hook.remove()
    main = _main(seen, auto)
    table = {name: Layer(name, grid, name in main) for name, grid in seen.items()}
    chosen, told = _automatic(table, auto)
    return Layers(table, chosen, told)


def _main(seen: dict[str, Grid], auto: str) -> set[str]:
    """Return what is worth a choice.

    Of a transformer the same place in each block; else the last of the outermost layers of each
    resolution on the way down, from the input to `auto`.
    """
    if auto in seen and seen[auto].form == "tokens":
        alike = re.compile(re.sub(r"\d+", r"\\d+", re.escape(auto), count=1))
        return {name for name in seen if alike.fullmatch(name)}
    best: dict[int, str] = {}
    lowest = 1 << 16
    for name in _until(seen, auto):
        side, kept = seen[name].height, best.get(seen[name].height)
        if side > lowest and kept is None:  # windows laid side by side, not a map
            continue
        lowest = min(lowest, side)
        if kept is None or name.count(".") <= kept.count("."):
            best.pop(side, None)
            best[side] = name
    down: list[str] = []
    for side, name in reversed(best.items()):
        if not down or side > seen[down[-1]].height:
            down.append(name)
    return {*down, auto} & set(seen)


def _until(seen: dict[str, Grid], auto: str) -> list[str]:
    """Return the names up to the automatic layer; all, where that one has no places."""
    names = list(seen)
    return names[: names.index(auto) + 1] if auto in seen else names


def _automatic(table: dict[str, Layer], auto: str) -> tuple[str, str]:
    """Return the layer to look at, and why it is an earlier one than the last."""
    main = [one for one in table.values() if one.main]
    if not main:
        return "", ""
    last = table.get(auto) if auto else main[-1]
    if last is not None and last.grid.height >= MIN_SIDE:
        return last.name, ""
    fine = [one for one in main if one.grid.height >= MIN_SIDE] or main
    finer = min(fine, key=lambda one: one.grid.height)
    if last is finer:
        return last.name, ""
    name, side = (auto, 1) if last is None else (last.name, last.grid.height)
    return finer.name, (
        f"{name} has only {side} x {side} places at this input size: {finer.name} is looked at"
    )
