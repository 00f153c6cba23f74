"""A batch varied in one call against the same operations picture by picture with torchvision v2.

Both take uint8 pictures in memory and give normalised floats: the flip, rotation, zoom, shift,
slant, light, contrast and erasing that a training of photographs has. One thread, processor time.
Beside it, and without a bar, the policies, whose kernels are torchvision's on both sides.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.harness import Comparison, bar, compare, cpu_s, save, show

PX, SMALL_PX, BATCH = 224, 56, 32
BAR = 0.75
BASIC: dict[str, float] = {
    "flip": 0.5, "rotate": 15.0, "scale": 0.2, "translate": 0.1, "shear": 15.0,
    "brightness": 0.3, "contrast": 0.3, "erase": 0.1,
}  # fmt: skip
STILL = dict.fromkeys(BASIC, 0.0)


def augmenter(part: dict[str, Any], px: int = PX) -> Any:
    """Return what a training varies with."""
    import torch

    from sightline.core.preprocess import Preprocess
    from sightline.train.augment import Augmenter
    from sightline.train.spec_augment import AugmentPart

    rule = Preprocess(size=px)
    return Augmenter(AugmentPart(**part), rule, seed=0, device=torch.device("cpu"))


def pipeline(kind: str) -> Any:
    """Return torchvision's transforms of one picture, (3, S, S) uint8 to normalised floats."""
    import torch
    from torchvision.transforms import v2

    from sightline.core.preprocess import IMAGENET_MEAN, IMAGENET_STD

    bilinear = v2.InterpolationMode.BILINEAR
    fill = [127.0] * 3
    how: dict[str, list[Any]] = {
        "basic": [
            v2.RandomHorizontalFlip(0.5),
            v2.RandomAffine(15, (0.1, 0.1), (0.8, 1.2), 15, bilinear, fill),
            v2.ColorJitter(brightness=0.3, contrast=0.3),
        ],
        "randaugment": [v2.RandAugment(2, 9, interpolation=bilinear, fill=fill)],
        "trivialaugment": [v2.TrivialAugmentWide(interpolation=bilinear, fill=fill)],
    }
    end: list[Any] = [
        v2.ToDtype(torch.float32, scale=True),
        v2.Normalize(list(IMAGENET_MEAN), list(IMAGENET_STD)),
    ]
    if kind == "basic":
        end.append(v2.RandomErasing(0.1, scale=(0.01, 0.16), value=0))
    return v2.Compose([*how[kind], *end])


def one(kind: str, part: dict[str, Any], px: int) -> Comparison:
    """Compare a batch of one kind."""
    import torch

    coarse = np.random.default_rng(0).integers(0, 256, (BATCH, 14, 14, 3), dtype=np.uint8)
    images = coarse.repeat(px // 14, axis=1).repeat(px // 14, axis=2)
    ours, peer = augmenter(part, px), pipeline(kind)
    labels = np.zeros(BATCH, np.int64)
    pictures = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
    step = iter(range(10_000))
    return compare(
        f"{kind}, {BATCH} pictures of {px} px",
        ours=lambda: ours.batch(images, labels, epoch=0, step=next(step)),
        peer=lambda: torch.stack([peer(picture) for picture in pictures]),
        clock=cpu_s,
    )


def main() -> dict[str, Any]:
    """Compare the batch's own variations, then the policies."""
    import torch

    from sightline.nets.torchvision_shim import install
    from sightline.train.memory import keep_freed_memory

    install()
    keep_freed_memory()  # as a training's process does; both sides gain
    torch.set_num_threads(1)
    figures: dict[str, Any] = {}
    kinds = {"basic": BASIC} | {k: STILL | {"policy": k} for k in ("randaugment", "trivialaugment")}
    for kind, px in (*((kind, PX) for kind in kinds), ("basic", SMALL_PX)):
        result = one(kind, kinds[kind], px)
        show(result)
        rate, theirs = (BATCH / float(np.median(side)) for side in (result.ours, result.peer))
        print(f"  {rate:,.0f} pictures/s, torchvision {theirs:,.0f}")
        figures[f"{kind} {px}"] = result.as_dict() | {"pictures_s": rate}
    ratio = figures[f"basic {PX}"]["ratio"]["median"]
    passed = bar("a batch in one call / picture by picture", ratio, BAR)
    return save("augment", {"comparisons": figures, "passed": passed})


if __name__ == "__main__":
    main()
