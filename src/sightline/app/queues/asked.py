"""What a person writes of a queue's options, as the options it takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightline.core.errors import InvalidInputError, UnknownImageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.store.projects import Project
    from sightline.store.store import Store


def options_of(
    store: Store,
    project: Project,
    *,
    band: str | tuple[float, float] | None = None,
    class_: str | None = None,
    like: Sequence[str] = (),
    **plain: Any,
) -> dict[str, Any]:
    """Return options by the names of `Ask`.

    Args:
        store: Where classes and images are looked up.
        project: Whose.
        band: Two numbers with a dash between, as in `0.3-0.8`.
        class_: Name of a class.
        like: Images by id or path.
        plain: Others, as they are; None is left out.

    Raises:
        InvalidInputError: The band is no pair of numbers.
        UnknownClassError, UnknownImageError: There is none.
    """
    asked: dict[str, Any] = {name: value for name, value in plain.items() if value is not None}
    if band is not None:
        asked["band"] = band_of(band) if isinstance(band, str) else band
    if class_ is not None:
        asked["class_id"] = store.classes.by_name(project.id, class_).id
    if like:
        asked["images"] = [_image(store, project, one) for one in like]
    return asked


def band_of(text: str) -> tuple[float, float]:
    """Return the two ends of a band.

    Raises:
        InvalidInputError: It is no pair of numbers.
    """
    try:
        low, high = (float(one) for one in text.split("-", 1))
    except ValueError:
        raise InvalidInputError(
            f"no band {text!r}", hint="two numbers from 0 to 1 with a dash between: 0.3-0.8"
        ) from None
    return low, high


def _image(store: Store, project: Project, word: str) -> int:
    if word.isdecimal():
        return int(word)
    ordinal = store.images.ordinal_at(project.id, Path(word).expanduser().resolve())
    rows = [] if ordinal is None else store.images.by_ordinals(project.id, [ordinal])
    if not rows:
        raise UnknownImageError(
            f"{project.name} has no image {word!r}",
            hint="give an id, as the queues print it, or the path of one of its pictures",
        )
    return rows[0].id
