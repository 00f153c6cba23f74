"""An answer with its map costs at most 1.3 forward passes where the head is linear, 2.2 elsewhere.

One picture at 224 px, one thread. "Forward" is the prediction alone: the same uint8 square made
floats, the same network, the same softmax. The map is that of the layer which is chosen by itself,
and must equal the map of a backward pass through the whole network to 1e-5. Shown beside it without
a bar: the map at the first stage, the dearest layer there is, and that full backward as the usual
libraries do it. Ratios are medians over rounds in which the sides take turns; processor time
counts, wall time is shown beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from benchmarks.harness import bar, compare, cpu_s, save, show, wall_s
from sightline.core.cards import ModelCard
from sightline.core.preprocess import Preprocess
from sightline.explain.cam import class_map
from sightline.explain.explainer import Explainer, probabilities
from sightline.explain.ways import Wish
from sightline.imaging.preprocess import normalise
from sightline.nets.build import build

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 9
CASES = (  # network, whether its head is linear on pooled features, its first stage
    ("mobilenet_v2", True, "features.3"),
    ("resnet18", True, "layer1"),
    ("resnet50", True, "layer1"),
    ("mobilenet_v3_small", False, "features.1"),
)
LINEAR, OTHERS, EQUAL = 1.3, 2.2, 1e-5


def main() -> dict[str, Any]:
    """Return the result; `passed` says whether every bar holds."""
    torch.set_num_threads(1)
    rows, passed = {}, True
    for name, linear, early in CASES:
        rows[name], fine = _case(name, early, linear=linear)
        passed &= fine
    return save("cam", {"networks": rows, "passed": passed})


def _case(name: str, early: str, *, linear: bool) -> tuple[dict[str, Any], bool]:
    told = _explainer(name)
    square = np.random.default_rng(0).integers(0, 255, (1, 224, 224, 3), dtype=np.uint8)
    times = 1 if name == "resnet50" else 4

    def side(work: Callable[[], object]) -> Callable[[], None]:
        def repeated() -> None:
            for _ in range(times):
                work()

        return repeated

    def ratio(what: str, work: Callable[[], object], clock: Callable[[], float] = cpu_s) -> Any:
        forward = side(lambda: _forward(told, square))
        made = compare(f"{name}: {what}", ours=side(work), peer=forward, rounds=ROUNDS, clock=clock)
        show(made)
        return made

    def explained(layer: str = "") -> object:
        return told.explain(square, [None], Wish(layer=layer))

    rows = {
        "answer and map": ratio("answer and map, processor", explained),
        "answer and map, wall": ratio("answer and map, wall", explained, wall_s),
        "at the first stage": ratio(f"at {early}, processor", lambda: explained(early)),
        "full backward": ratio("full backward", lambda: full_backward(told, square)),
    }
    limit = LINEAR if linear else OTHERS
    fine = bar(f"{name}: answer and map", rows["answer and map"].ratio, limit, unit="x a forward")
    gap = difference(told, square)
    fine &= bar(f"{name}: difference from the full backward's map", gap, EQUAL)
    found = {what: made.as_dict() for what, made in rows.items()}
    return found | {"linear_head": linear, "difference": gap}, fine


def _explainer(name: str) -> Explainer:
    torch.manual_seed(0)
    net = build(name, 10).eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    net.requires_grad_(requires_grad=False)
    card = ModelCard(
        id=name,
        name=name,
        kind="classifier",
        format="torch",
        file="weights.safetensors",
        blake3="",
        created_at="",
        preprocess=Preprocess(size=224),
        network=name,
        classes=tuple(str(one) for one in range(10)),
    )
    return Explainer(net, card)


def _input(told: Explainer, square: Any) -> torch.Tensor:
    x = torch.from_numpy(normalise(square, told.card.preprocess))
    return x.contiguous(memory_format=torch.channels_last)


def _forward(told: Explainer, square: Any) -> Any:
    with torch.inference_mode():
        return probabilities(told.net(_input(told, square)).numpy(), told.card)


def full_backward(told: Explainer, square: Any) -> tuple[Any, Any]:
    """Return probabilities and map as usual: keep everything, walk back through everything."""
    net, kept = told.net, {}

    def note(_module: Any, _args: Any, output: torch.Tensor) -> None:
        kept["output"] = output.detach().clone()  # what follows may change it in place
        output.register_hook(lambda gradient: kept.__setitem__("gradient", gradient))  # type: ignore[no-untyped-call]

    hook = net.get_submodule(told.layers.auto).register_forward_hook(note)
    net.requires_grad_(requires_grad=True)
    logits = net(_input(told, square))
    logits[0, int(logits.argmax())].backward()
    hook.remove()
    net.zero_grad(set_to_none=True)
    net.requires_grad_(requires_grad=False)
    made = class_map("gradcam", kept["output"], kept["gradient"])[0].numpy()
    return probabilities(logits.detach().numpy(), told.card), made


def difference(told: Explainer, square: Any) -> float:
    """Return how far the maps differ at most, both with their highest value at 1."""
    ours = told.explain(square, [None]).maps[0]
    theirs = full_backward(told, square)[1]
    return float(abs(ours - theirs / max(theirs.max(), 1e-12)).max())
