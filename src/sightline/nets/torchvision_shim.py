"""torchvision beside a CPU-only torch.

A torchvision wheel that was linked against CUDA cannot load its native library beside a CPU-only
torch, and then `import torchvision` fails because the schema of `torchvision::nms` is missing.
Declaring the two schemas that its import asks for, with a CPU implementation of NMS in plain torch,
mends models, transforms and `ops.nms`. The other native operators and `torchvision.io` stay
unavailable.
"""

from __future__ import annotations

import importlib.util
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    import torch

State = Literal["native", "shim", "absent"]
SCHEMA: Final = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_kept: list[Any] = []  # torch.library.Library takes its operators back when it is collected


def install() -> State:
    """Make `import torchvision` work and say how; call it before the first import of torchvision.

    Safe to call often. It imports torchvision; a healthy install it leaves as it is.

    Returns:
        "native" (torchvision's own operators), "shim" (ours) or "absent" (no torchvision).
    """
    if _kept:
        return "shim"
    if "torchvision" in sys.modules:
        return "native"
    spec = importlib.util.find_spec("torchvision")
    if spec is None or not spec.submodule_search_locations:
        return "absent"
    native = _loads_natively(Path(spec.submodule_search_locations[0]))
    if not native:
        _declare()
    _import(native=native)
    return "native" if native else "shim"


def nms(boxes: torch.Tensor, scores: torch.Tensor, iou_threshold: float) -> torch.Tensor:
    """Return the indices that greedy non-maximum suppression keeps, best score first.

    Equal scores keep their order. A box falls when its IoU with a kept one is over the threshold;
    boxes without an area never suppress each other (their IoU is not a number).

    Args:
        boxes: (N, 4) xyxy.
        scores: (N,).
        iou_threshold: 0..1.
    """
    import torch

    order = torch.sort(scores, descending=True, stable=True).indices
    ranked = boxes[order].float() if boxes.dtype == torch.float16 else boxes[order]
    left_top, right_bottom = ranked[:, :2], ranked[:, 2:]
    area = (right_bottom - left_top).prod(dim=1)
    fallen = torch.zeros(len(ranked), dtype=torch.bool)
    kept: list[int] = []
    for i in range(len(ranked)):
        if fallen[i]:
            continue
        kept.append(i)
        low = torch.maximum(left_top[i], left_top[i + 1 :])
        high = torch.minimum(right_bottom[i], right_bottom[i + 1 :])
        shared = (high - low).clamp(min=0).prod(dim=1)
        iou = shared / (area[i] + area[i + 1 :] - shared)
        fallen[i + 1 :] |= iou.double() > iou_threshold
    return order[torch.tensor(kept, dtype=torch.long)]


def _loads_natively(folder: Path) -> bool:
    import torch

    library = next((path for path in folder.glob("_C*") if path.suffix in {".so", ".pyd"}), None)
    if library is None:
        return False
    try:
        load: Any = torch.ops.load_library
        load(str(library))
    except OSError:
        return False
    return True


def _declare() -> None:
    import torch

    make: Any = torch.library.Library
    library = make("torchvision", "DEF")
    library.define(f"nms{SCHEMA}")
    library.define(f"qnms{SCHEMA}")
    library.impl("nms", nms, "CPU")
    _kept.append(library)


def _import(*, native: bool) -> None:
    with warnings.catch_warnings():
        # torchvision's import reaches parts of torch that warn of their own age.
        warnings.simplefilter("ignore", DeprecationWarning)
        import torchvision.ops.boxes

    if not native:
        # The only other guard in front of NMS asks for the native library, not needed now.
        torchvision.ops.boxes._assert_has_ops = lambda: None  # noqa: SLF001
