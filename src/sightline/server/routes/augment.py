"""How a training would vary pictures."""

from __future__ import annotations

from sightline.app.training.augmenting import Wish
from sightline.server.deps import Bench, ProjectName
from sightline.server.router import Router
from sightline.server.schemas.augment import AugmentPreview, AugmentShown

router = Router(prefix="/api/projects/{name}/augment", tags=["training"])


@router.post("/preview", response_model=AugmentShown)
def preview_augment(name: ProjectName, body: AugmentPreview, bench: Bench) -> object:
    """Show pictures exactly as a training of these settings and this seed would see them."""
    asked = body.model_dump(include={"augment", "image_size", "resize", "seed"}, exclude_none=True)
    wish = Wish(
        spec={**body.spec, **asked},
        epoch=body.epoch - 1,
        image_ids=body.image_ids,
        count=body.count,
        views=body.views,
        pick=body.pick,
    )
    return bench.augmenting.preview(bench.projects.get(name), wish)
