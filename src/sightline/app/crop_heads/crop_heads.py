"""Heads for boxes and whole images: which there are, which a project uses, what they stand on."""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from sightline.app.crop_heads.encoder import encoder_of
from sightline.app.crop_heads.rows import CropRows, Pictured
from sightline.core.errors import (
    InvalidInputError,
    SightlineError,
    UnknownModelError,
    did_you_mean,
)
from sightline.core.preprocess import Preprocess
from sightline.core.tone import DEFAULT_TONE, Tone
from sightline.heads.bundle import HeadBundle, load, to_bytes
from sightline.imaging.science import TONED

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.app.embedding.encoders import Encoders
    from sightline.app.projects import Projects
    from sightline.core.arrays import F32
    from sightline.core.cards import ModelCard
    from sightline.heads.bundle import CropRule
    from sightline.imaging.limits import Limits
    from sightline.settings import Settings
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.store import Store

Use = Literal["boxes", "images"]
Uses = Literal["boxes", "images", "both"]
SETTING: Final[dict[str, str]] = {"boxes": "box_head", "images": "image_head"}
UNKNOWN: Final = Preprocess(size=224)
"""Stands on the card where the encoder is built in, or not here."""
KEPT: Final = 8
"""Heads that stay in memory."""


@dataclass(frozen=True, slots=True)
class ActiveHead:
    """A head as a project uses it."""

    model: str
    """Id of its model."""
    name: str
    bundle: HeadBundle
    encoder: str
    """The encoder that it stands on, as it is called now."""
    class_ids: tuple[int | None, ...]
    """(K,) the project's class of each column; None: it has none of that name, or background."""

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return the head's classes that the project has none of that name for."""
        known = zip(self.bundle.classes, self.class_ids, strict=True)
        background = set(self.bundle.background)
        return tuple(name for name, one in known if one is None and name not in background)


class CropHeads:
    """The heads of a workspace."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        projects: Projects,
        encoders: Encoders,
        limits: Callable[[], Limits],
    ) -> None:
        self._store = store
        self._projects = projects
        self._encoders = encoders
        folder = settings.crop_cache_dir
        self.crops = CropRows(
            Path(folder).expanduser() if folder else store.workspace / "cache" / "crops", limits
        )
        self._loaded: OrderedDict[str, HeadBundle] = OrderedDict()
        self._lock = threading.Lock()
        self.on_image_head: Callable[[Project], dict[str, Any] | None] = _nothing
        """Is told of a project whose head for whole images is another one now; returns the job
        that asks it, if it takes one."""

    def all(self) -> list[dict[str, Any]]:
        """Return every head, newest first: its card, what is wrong with it, who uses it."""
        used = self._uses()
        rows = []
        for record in self._store.models.list():
            card = record.card
            if card is None or card.kind != "head":
                continue
            rows.append(
                record.to_dict()
                | {"fault": record.fault or self.fault(card), "used": used.get(card.id, [])}
            )
        return rows

    def card(self, ref: str) -> ModelCard:
        """Return the card of a head by id or name (the newest).

        Raises:
            UnknownModelError: There is none.
            InvalidInputError: It is a model, and no head.
        """
        with suppress(UnknownModelError):
            found = self._store.models.get(ref, allow_paths=False)
            if found.kind == "head":
                return found
        heads = [one.card for one in self._store.models.list() if one.card is not None]
        named = [one for one in heads if one.kind == "head" and ref in {one.id, one.name}]
        if named:
            return named[0]
        if any(ref in {one.id, one.name} for one in heads):
            raise InvalidInputError(
                f"the model {ref} is no head", hint="see `sightline heads list`"
            )
        known = {name for one in heads if one.kind == "head" for name in (one.id, one.name)}
        more = "" if known else ": train one with `sightline heads train PROJECT`"
        raise UnknownModelError(f"no head {ref!r}", hint=did_you_mean(ref, known) + more)

    def load(self, ref: str) -> HeadBundle:
        """Return a head by id or name (the newest), whole as it was written.

        Raises:
            UnknownModelError: There is none.
            MissingWeightsError: Its file is gone.
            InvalidInputError: It is damaged, or was changed.
        """
        card = self.card(ref)
        with self._lock:
            found = self._loaded.get(card.id)
            if found is None:
                self._store.models.verify(card.id)
                found = load(self._store.models.path_of(card))
                self._loaded[card.id] = found
            self._loaded.move_to_end(card.id)
            while len(self._loaded) > KEPT:
                self._loaded.popitem(last=False)
            return found

    def keep(
        self, bundle: HeadBundle, name: str, *, project: str = "", source: str = ""
    ) -> dict[str, Any]:
        """Store a head as a model and return its card.

        Args:
            bundle: The head.
            name: What to call it; of two heads of one name the newer is meant by it.
            project: Which one it was trained on.
            source: Where else it came from.

        Raises:
            InvalidInputError: The name cannot be used.
            StorageError: The disk refuses.
        """
        card = self._store.models.add(
            to_bytes(bundle),
            name=name,
            kind="head",
            format="head",
            preprocess=self._encoders.preprocess_of(bundle.encoder) or UNKNOWN,
            classes=bundle.classes,
            temperature=bundle.temperature,
            metrics=dict(bundle.facts.get("metrics", {})),
            project=project,
            source=source,
            dim=bundle.dim,
            head=bundle.card(),
        )
        self._store.tell("model", None, {"id": card.id, "change": "added"})
        return self._store.models.record(card).to_dict()

    def picture(self, image_id: int) -> Pictured:
        """Return an image of any project, to cut from.

        Raises:
            UnknownImageError: There is none.
        """
        return self.picture_of(self._store.images.get(image_id))

    def picture_of(self, row: ImageRow, tone: Tone | None = None) -> Pictured:
        """Return an image as a picture to cut from; `tone`: its project's, if that is known."""
        if row.format not in TONED:
            tone = DEFAULT_TONE
        elif tone is None:
            tone = self._projects.tone(row.project_id)
        return Pictured(Path(row.path), row.digest, (row.width, row.height), row.page, tone)

    def rows(
        self, encoder: str, picture: Pictured, boxes: Any, rule: CropRule, *, here: bool = False
    ) -> F32:
        """Return the vectors (N, D) of boxes (N, 4) of a picture, kept from before or made now.

        Args:
            encoder: Its name.
            picture: What they are cut from.
            boxes: x1, y1, x2, y2 in pixels of the upright picture.
            rule: How they are cut.
            here: Load torch into this process if the encoder needs it.

        Raises:
            UnknownEngineError, MissingWeightsError: The encoder is gone.
            UnreadableImageError: The picture cannot be read.
        """
        return self.crops.of(self._encoders.encoder(encoder, here=here), picture, boxes, rule)

    def encoder_of(self, bundle: HeadBundle) -> str:
        """Return what the encoder that a head stands on is called here.

        Raises:
            UnknownEngineError: It is gone.
            InvalidInputError: It has changed since, or gives vectors of another length.
        """
        return encoder_of(self._encoders, bundle)

    def fault(self, card: ModelCard) -> str:
        """Return why a head cannot be used now; nothing when it can."""
        try:
            self.encoder_of(self.load(card.id))
        except SightlineError as error:
            return str(error)
        return ""

    def active(self, project: Project, use: Use = "boxes") -> ActiveHead | None:
        """Return the head that a project uses for its boxes, or its whole images; None: none.

        Raises:
            UnknownModelError: It is gone.
            MissingWeightsError, UnknownEngineError, InvalidInputError: It cannot be used; why.
        """
        settings = self._projects.settings(project).settings
        ref = settings.box_head if use == "boxes" else settings.image_head
        return self.fitted(project, ref) if ref else None

    def status(self, project: Project) -> dict[str, Any]:
        """Return, for boxes and for images, the head in use or what is wrong with it."""
        found = {}
        for use in get_args(Use):
            try:
                head = self.active(project, use)
                found[use] = None if head is None else self._told(head)
            except SightlineError as error:
                ref = getattr(self._projects.settings(project).settings, SETTING[use])
                found[use] = {"model": ref, "fault": str(error), "hint": error.hint}
        return found

    def activate(self, project: Project, ref: str, use: Uses = "boxes") -> dict[str, Any]:
        """Let a project use a head from now on; an empty `ref`: none, and the live head again.

        Args:
            project: Which.
            ref: Id or name of the head.
            use: For what is drawn, for whole images, or both.

        Raises:
            UnknownModelError: There is no such head.
            UnknownEngineError, MissingWeightsError: Its encoder is gone.
            InvalidInputError: The encoder has changed, or the project has none of its classes.
        """
        if use not in get_args(Uses):
            raise InvalidInputError(f"no use {use!r}", hint="boxes, images or both")
        uses: tuple[Use, ...] = ("boxes", "images") if use == "both" else (use,)
        values: dict[str, Any] = {SETTING[one]: "" for one in uses}
        head = self._checked(project, ref, uses) if ref else None
        if head is not None:
            values = dict.fromkeys(values, head.model)
            if "images" in uses:
                values["encoder"] = head.encoder
        self._projects.save_settings(project, values)
        job = self.on_image_head(project) if "images" in uses else None
        told = {"model": None} if head is None else self._told(head)
        started = None if job is None else job["id"]
        return told | {"project": project.name, "use": list(uses), "job": started}

    def remove(self, ref: str) -> dict[str, Any]:
        """Move a head to the trash; projects that used it are named and use none from now on.

        Raises:
            UnknownModelError: There is no such head.
        """
        card = self.card(ref)
        used = self._uses().get(card.id, [])
        trashed = self._store.models.delete(card.id)
        for one in used:
            self.activate(self._projects.get(one["project"]), "", one["use"])
        with self._lock:
            self._loaded.pop(card.id, None)
        return {"id": card.id, "name": card.name, "trashed": str(trashed), "used": used}

    def _checked(self, project: Project, ref: str, uses: tuple[Use, ...]) -> ActiveHead:
        head = self.fitted(project, ref)
        if all(one is None for one in head.class_ids):
            names = ", ".join(head.bundle.foreground[:5])
            raise InvalidInputError(
                f"{project.name} has none of the classes that {head.name} knows: {names}",
                hint="make classes of these names first, or train a head on this project",
            )
        if "images" in uses and self._projects.task(project) == "multi":
            raise InvalidInputError(
                f"images of {project.name} have any number of tags, {head.name} gives one class",
                hint="use it for boxes, and the live head for whole images",
            )
        return head

    def fitted(self, project: Project, ref: str) -> ActiveHead:
        """Return a head by id or name as a project would use it.

        Raises:
            UnknownModelError: There is none.
            MissingWeightsError, UnknownEngineError, InvalidInputError: It cannot be used; why.
        """
        card = self.card(ref)
        bundle = self.load(card.id)
        encoder = self.encoder_of(bundle)
        classes = self._store.classes.list(project.id)
        ids = {row.name.strip().casefold(): row.id for row in classes}
        background = set(bundle.background)
        found = tuple(
            None if name in background else ids.get(name.strip().casefold())
            for name in bundle.classes
        )
        return ActiveHead(card.id, card.name, bundle, encoder, found)

    def _told(self, head: ActiveHead) -> dict[str, Any]:
        pairs = zip(head.bundle.classes, head.class_ids, strict=True)
        return {
            "model": head.model,
            "name": head.name,
            "encoder": head.encoder,
            "classes": {name: one for name, one in pairs if one is not None},
            "unknown": list(head.unknown),
            "guard": head.bundle.guard.to_dict(),
            "fault": "",
        }

    def _uses(self) -> dict[str, list[dict[str, Any]]]:
        """Return which projects use which head, by its model's id."""
        found: dict[str, list[dict[str, Any]]] = {}
        for project in self._store.projects.list():
            settings = self._projects.settings(project).settings
            for use, setting in SETTING.items():
                ref = getattr(settings, setting)
                if ref:
                    try:
                        ref = self.card(ref).id
                    except SightlineError:
                        continue
                    found.setdefault(ref, []).append({"project": project.name, "use": use})
        return found


def _nothing(project: Project) -> None:
    """Do nothing."""
    del project
