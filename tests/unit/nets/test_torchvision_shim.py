from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from sightline.nets import torchvision_shim

# Worked out by hand: IoU of the first two is 81/119, of the last two 1.
BOXES = torch.tensor(
    [[0, 0, 10, 10], [1, 1, 11, 11], [20, 20, 30, 30], [20, 20, 30, 30]], dtype=torch.float32
)


def reference(boxes: np.ndarray, scores: np.ndarray, threshold: float) -> list[int]:
    """Greedy NMS as the textbook has it, one pair at a time."""
    kept: list[int] = []
    for i in np.argsort(-scores, kind="stable"):
        for j in kept:
            w = min(boxes[i, 2], boxes[j, 2]) - max(boxes[i, 0], boxes[j, 0])
            h = min(boxes[i, 3], boxes[j, 3]) - max(boxes[i, 1], boxes[j, 1])
            shared = max(w, 0) * max(h, 0)
            areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (boxes[i], boxes[j])]
            union = sum(areas) - shared
            if union > 0 and shared / union > threshold:
                break
        else:
            kept.append(int(i))
    return kept


def test_nms_keeps_the_best_of_each_heap() -> None:
    scores = torch.tensor([0.9, 0.8, 0.7, 0.95])
    assert torchvision_shim.nms(BOXES, scores, 0.5).tolist() == [3, 0]
    assert torchvision_shim.nms(BOXES, scores, 0.7).tolist() == [3, 0, 1]


def test_nms_keeps_the_order_of_ties() -> None:
    assert torchvision_shim.nms(BOXES, torch.ones(4), 0.5).tolist() == [0, 2]


def test_nms_at_the_threshold_itself_keeps_both() -> None:
    boxes = torch.tensor([[0.0, 0, 2, 1], [1.0, 0, 2, 1]])  # IoU exactly 1/2
    assert torchvision_shim.nms(boxes, torch.tensor([1.0, 0.5]), 0.5).tolist() == [0, 1]


def test_nms_of_nothing_is_nothing() -> None:
    kept = torchvision_shim.nms(torch.zeros(0, 4), torch.zeros(0), 0.5)
    assert kept.tolist() == []
    assert kept.dtype == torch.long


def test_boxes_without_area_never_suppress_each_other() -> None:
    boxes = torch.tensor([[5.0, 5, 5, 5], [5.0, 5, 5, 5]])
    assert torchvision_shim.nms(boxes, torch.ones(2), 0.1).tolist() == [0, 1]


@pytest.mark.parametrize("seed", range(5))
def test_nms_agrees_with_the_textbook(seed: int) -> None:
    rng = np.random.default_rng(seed)
    corner = rng.integers(0, 40, (60, 2))
    boxes = np.hstack([corner, corner + rng.integers(1, 30, (60, 2))]).astype(np.float64)
    scores = rng.integers(0, 10, 60).astype(np.float64)  # many ties
    kept = torchvision_shim.nms(torch.from_numpy(boxes), torch.from_numpy(scores), 0.4)
    assert kept.tolist() == reference(boxes, scores, 0.4)


def test_torchvision_works_once_installed() -> None:
    assert torchvision_shim.install() in {"native", "shim"}
    import torchvision

    found = torchvision.ops.nms(BOXES, torch.tensor([0.9, 0.8, 0.7, 0.95]), 0.5)
    assert found.tolist() == [3, 0]
    batched = torchvision.ops.batched_nms(BOXES, torch.ones(4), torch.tensor([0, 1, 0, 1]), 0.5)
    assert sorted(batched.tolist()) == [0, 1, 2, 3]


@pytest.mark.nightly
def test_installing_twice_and_in_a_fresh_process_is_safe() -> None:
    code = (
        "from sightline.nets.torchvision_shim import install\n"
        "first = install()\n"
        "assert install() == first != 'absent', first\n"
        "import torchvision.transforms.v2\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
